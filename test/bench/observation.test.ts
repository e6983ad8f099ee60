// What the benchmark sees from outside: the memory of processes, and the files that a page fetches.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { peakMemory, peakMemoryOfChromium, readPeak } from '../../bench/memory.mjs';
import { onTheWire, serve } from '../../bench/site.mjs';

const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('The most memory that a process held', () => {
  it('is what it had when it had most, also after it gave the memory back', async () => {
    // Not what resourceUsage() tells: there the most that the process had which started this one counts as well.
    const program = `let bytes = Buffer.alloc(150e6, 1); const most = process.memoryUsage.rss();
      bytes = null; globalThis.gc(); console.log(most); process.stdin.resume();`;
    const child = spawn(process.execPath, ['--expose-gc', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const seen = peakMemory(child.pid ?? 0);
    child.stdin.end();
    await once(child, 'exit');

    const told = Number(said.toString());
    // Other systems have no such file, and then there is no figure.
    if (process.platform !== 'linux') expect(seen).toBe(null);
    else expect(Math.abs((seen ?? 0) / told - 1)).toBeLessThan(0.05);
    expect(told).toBeGreaterThan(150e6);
    expect(peakMemory(child.pid ?? 0)).toBe(null);
  });

  it('is unknown where there is no such process, never 0', () => {
    expect(peakMemoryOfChromium(join(folder, 'no such profile'))).toBe(null);
    expect(readPeak('Name:\tkthreadd\nThreads:\t1\n')).toBe(null);
    expect(readPeak('VmPeak:\t  999 kB\nVmHWM:\t   341 kB\nVmRSS:\t 12 kB\n')).toBe(341 * 1024);
  });
});

describe('The served folder', () => {
  const root = join(folder, 'site');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'outside');
  writeFileSync(join(root, 'index.html'), '<!doctype html>');
  writeFileSync(join(root, 'assets', 'engine.wasm'), 'bytes of an engine');

  /** Asks as no browser would, with the path as it is. */
  async function status(address: string, path: string): Promise<number | undefined> {
    const { hostname, port } = new URL(address);
    const request = get({ hostname, port, path });
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
    response.resume();
    return response.statusCode;
  }

  it('gives its files and nothing outside of it, and tells what was fetched', async () => {
    const site = await serve(root);
    const statuses = [];
    for (const path of ['/', '/assets/engine.wasm', '/missing', '/../secret.txt', '/%2e%2e/secret.txt', '/assets']) {
      statuses.push(await status(site.address, path));
    }
    await site.close();
    expect(statuses).toEqual([200, 200, 404, 404, 404, 404]);
    expect([...site.fetched.keys()]).toEqual(['/', '/assets/engine.wasm']);
  });

  it('weighs as much as gzip -9 makes of it', () => {
    const contents = ['a sentence of some length, '.repeat(900), 'x'].map((text) => Buffer.from(text));
    const zipped = contents.map((input) => execFileSync('gzip', ['-9nc'], { input }));
    expect(zipped.map((bytes) => gunzipSync(bytes).length)).toEqual(contents.map(({ length }) => length));
    const sum = zipped.reduce((total, { length }) => total + length, 0);
    expect(Math.abs(onTheWire(contents).gzip - sum)).toBeLessThanOrEqual(8);
    expect(onTheWire(contents).brotli).toBeLessThan(sum);
    expect(onTheWire([])).toEqual({ gzip: 0, brotli: 0 });
  });
});
