// Names, texts and values that mean harm, and a page that notes whatever of them comes alive.
import type { BrowserContext } from 'playwright';
import { part } from '../amount';
import { watchPolicy } from './session';
import type { TabOptions } from './tab';
import type { UserFile, Visit } from './visit';

/** Each would set a mark on the page's window, were it taken for more than a name. */
const ALL: readonly string[] = [
  `<img src=x onerror="globalThis.owned='img'">`,
  `"><script>globalThis.owned='script'</script>`,
  `</script><svg onload="globalThis.owned='svg'">`,
  `</style></textarea></title><iframe srcdoc="<script>parent.owned='frame'</script>"></iframe>`,
  `' onfocus='globalThis.owned=1' autofocus='`,
  "javascript:globalThis.owned='address'",
  "${globalThis.owned='template'}",
  "{{constructor.constructor('globalThis.owned=1')()}}",
  "{@html globalThis.owned='svelte'}",
  '<!-- ]]> <![CDATA[ &lt;b&gt;&#60;i>',
  `'); DROP TABLE people; --`,
  `=HYPERLINK("javascript:globalThis.owned=1")`,
  '\u202Egnp.lqs\u2066\u200F\u0085\u2028',
  '\u0001\u001B[31m\uFFFE\uFEFF',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  `${'long '.repeat(2000)}<b onmouseover="globalThis.owned='long'">`,
];

/** All of them in the long run, and else every third one, the first and the last among them. */
export const HOSTILE = part(ALL, 3);

/** A name of a file. It has no slash, and is no longer than most disks allow. */
export const FILE = `"><img src=x onerror="globalThis.owned='file'">\${1}{{2}}\u202E`;

/** A text as the name of something in SQL. */
export function name(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A text as a value in SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Element names and attributes that no view of the page has, so that they can only come from a name. */
interface Noted {
  readonly alive: string[];
}

/** From the next load on, each element that markup in a name would make is noted as soon as it is in the page. */
export async function watchMarkup(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const alive: string[] = [];
    // The editor puts images of its own, which show nothing, beside characters that it shows by a sign.
    const IMAGES = 'img[src], img:not(.cm-widgetBuffer), image';
    const FOREIGN = `${IMAGES}, iframe, object, embed, base, form[action], script:not([src]), foreignObject, [srcdoc]`;
    const look = (root: Element): void => {
      for (const element of [root, ...root.querySelectorAll('*')]) {
        const harmful = element
          .getAttributeNames()
          .filter((name) => name.startsWith('on') || /^\s*javascript:/i.test(element.getAttribute(name) ?? ''))
          .filter((name) => name.startsWith('on') || ['href', 'src', 'action', 'xlink:href'].includes(name));
        if (element.matches(FOREIGN) || harmful.length > 0) alive.push(element.outerHTML.slice(0, 200));
      }
    };
    new MutationObserver((changes) => {
      for (const { target, addedNodes, type } of changes) {
        if (type === 'attributes' && target instanceof Element) look(target);
        for (const node of addedNodes) if (node instanceof Element) look(node);
      }
    }).observe(document, { subtree: true, childList: true, attributes: true });
    Object.assign(globalThis, { noted: { alive } satisfies Noted });
  });
}

/** What came alive: marks on the window, elements, changes of the prototype that all objects share. */
export function whatCameAlive(): readonly string[] {
  const { noted, owned } = globalThis as { readonly noted?: Noted; readonly owned?: unknown };
  const inherited: string[] = [];
  for (const name in {}) inherited.push(`every object has ${name}`);
  return [
    ...(noted?.alive ?? ['nothing was watched']),
    ...inherited,
    ...(owned === undefined ? [] : [JSON.stringify(owned)]),
  ];
}

/** Opens a page that is watched, and drops files on it. Gives also each dialog and each new page that comes up. */
export async function openHostile(
  openPage: (options: TabOptions) => Promise<Visit>,
  ...files: readonly UserFile[]
): Promise<{ readonly visit: Visit; readonly dialogs: readonly string[] }> {
  const visit = await openPage({ ownContext: {} });
  const dialogs: string[] = [];
  const context = visit.page.context();
  await watchPolicy(context);
  await watchMarkup(context);
  visit.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  context.on('page', (page) => dialogs.push(`a new page: ${page.url()}`));
  await visit.page.waitForLoadState('networkidle');
  await visit.page.reload();
  await visit.drop(...files);
  return { visit, dialogs };
}

/** Opens all that can be opened. */
export async function unfold({ page }: Visit): Promise<void> {
  await page.locator('details:not([open]) > summary').evaluateAll((all) => {
    for (const summary of all) if (summary instanceof HTMLElement && summary.offsetParent !== null) summary.click();
  });
}
