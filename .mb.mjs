import { chromium } from 'playwright';
import { chromiumArguments, findChromium } from './scripts/chromium.mjs';
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments });
for (const how of ['slice', 'slice2', 'ab', 'stream', 'size', 'fr']) {
  const page = await browser.newPage(); await page.setContent('<input type=file webkitdirectory id=i>');
  await page.locator('#i').setInputFiles('/tmp/mv/try/many');
  console.log(how, await page.evaluate(async (how) => {
    const files = [...document.querySelector('#i').files]; const s = performance.now(); let sync = 0;
    const one = async (f) => { const t = performance.now(); let p;
      if (how === 'slice') p = f.slice(0, 100).arrayBuffer(); else if (how === 'slice2') { f.size; p = f.slice(0, 100).arrayBuffer(); } else if (how === 'ab') p = f.arrayBuffer(); else if (how === 'size') { f.size; p = Promise.resolve(); }
      else if (how === 'fr') p = new Promise((r) => { const x = new FileReader(); x.onload = () => r(x.result); x.readAsArrayBuffer(f); });
      else { const r = f.stream().getReader(); p = r.read().then((v) => (r.cancel(), v)); }
      sync += performance.now() - t; await p; };
    for (let i = 0; i < files.length; i += 16) await Promise.all(files.slice(i, i + 16).map(one));
    return [Math.round(sync), Math.round(performance.now() - s)]; }, how));
  await page.close();
}
await browser.close();
