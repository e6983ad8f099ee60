// The most memory that processes of this machine ever held. Linux only: it is read from /proc (see proc(5)).
import { readdirSync, readFileSync } from 'node:fs';

/**
 * The high-water mark of a process's resident memory in bytes, or null where there is no such figure.
 * @param {number} pid
 */
export function peakMemory(pid) {
  return readPeak(readProc(pid, 'status'));
}

/**
 * VmHWM of /proc/<pid>/status, in bytes; null where the text has none (a process that has ended, or a kernel thread).
 * @param {string | null} status
 */
export function readPeak(status) {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/**
 * The high-water marks of a Chromium: of its renderer that held the most (a visit has one page, so that is the page and
 * its workers), and of its browser process, which keeps the Blobs. Null where this system does not tell.
 * @param {string} profile the folder of its profile, by which its processes are known
 * @returns {{ renderer: number, browser: number } | null}
 */
export function peakMemoryOfChromium(profile) {
  const processes = listProcesses();
  const main = processes.find(
    ({ command }) => command.includes(`--user-data-dir=${profile}`) && !command.includes('--type='),
  );
  if (main === undefined) return null;
  const family = new Set([main.pid]);
  // Renderers are grandchildren, by way of the zygote.
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  const renderers = processes.filter(({ pid, command }) => family.has(pid) && command.includes('--type=renderer'));
  const peaks = renderers.map(({ pid }) => peakMemory(pid) ?? 0);
  const browser = peakMemory(main.pid);
  return peaks.length === 0 || browser === null ? null : { renderer: Math.max(...peaks), browser };
}

function listProcesses() {
  return processNumbers().flatMap((pid) => {
    const parent = /^PPid:\s+(\d+)$/m.exec(readProc(pid, 'status') ?? '')?.[1];
    const command = readProc(pid, 'cmdline') ?? '';
    return parent === undefined ? [] : [{ pid, parent: Number(parent), command }];
  });
}

function processNumbers() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** @param {number} pid @param {string} name */
function readProc(pid, name) {
  try {
    return readFileSync(`/proc/${String(pid)}/${name}`, 'utf8');
  } catch {
    return null;
  }
}
