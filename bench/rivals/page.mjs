// The page of the rivals: hands the dropped file and the script to one of the workers, and marks when it reaches what. It
// has the handles and the marks of Drydock's page, so that one driver drives them all.

/** @typedef {{ reached: 'ready' | 'schema' | 'committed' } | { result: Blob } | { failure: string }} Answer */
/** @typedef {{ file: File, script: string }} Task */

// Written out, since the bundler looks for `new Worker(new URL(…))`.
/** @type {Record<string, () => Worker>} */
const rivals = {
  'sql.js': () => new Worker(new URL('./sqlJs.mjs', import.meta.url), { type: 'module' }),
  'sqlite-wasm memory': () => new Worker(new URL('./sqliteWasmMemory.mjs', import.meta.url), { type: 'module' }),
  'sqlite-wasm OPFS': () => new Worker(new URL('./sqliteWasmOpfs.mjs', import.meta.url), { type: 'module' }),
};

const main = document.querySelector('main');
const input = document.querySelector('input');
const words = document.querySelector('p');
const button = document.querySelector('button');
if (!main || !input || !words || !button) throw new Error('The page is incomplete');
const name = new URLSearchParams(location.search).get('rival') ?? '';
const worker = rivals[name]?.();
if (!worker) throw new Error(`There is no rival ${name}`);

/** @type {Blob | undefined} */
let result;

/** @param {string} state */
const become = (state) => {
  main.dataset.state = state;
};

/** @param {string} sentence */
const refuse = (sentence) => {
  words.textContent = sentence;
  become('refused');
};

/**
 * A Blob is made before the browser has its bytes, and it may find no room for them: the result is there when its last byte can
 * be read, here as in Drydock.
 * @param {Blob} blob
 */
const hold = async (blob) => {
  try {
    await blob.slice(-1).arrayBuffer();
  } catch {
    refuse('the browser cannot keep the result');
    return;
  }
  result = blob;
  performance.mark('result-ready');
  become('done');
};

worker.onerror = (/** @type {ErrorEvent} */ { message }) =>
  refuse(message === '' ? 'the worker could not be loaded' : message);
worker.onmessage = (/** @type {MessageEvent<Answer>} */ { data }) => {
  if ('failure' in data) {
    refuse(data.failure);
  } else if ('result' in data) {
    void hold(data.result);
  } else if (data.reached === 'ready') {
    become('empty');
  } else if (data.reached === 'schema') {
    performance.mark('schema-shown');
    performance.mark('run-started');
    become('running');
  } else {
    performance.mark('committed');
  }
};

input.onchange = () => {
  const [file] = input.files ?? [];
  if (!file) return;
  performance.mark('drop');
  // The driver has put it there: fetching it is not the rival's work.
  const script = document.documentElement.dataset.script ?? '';
  worker.postMessage({ file, script });
};

button.onclick = () => {
  if (!result) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(result);
  link.download = 'result.db';
  link.click();
};
