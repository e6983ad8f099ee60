// What stands between a fresh clone and the first test: the set-up scripts, and what a clone must not carry.
import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installedAsLocked, type LockFile } from '../scripts/packages.mjs';
import { run } from '../scripts/programs.mjs';

const top = fileURLToPath(new URL('..', import.meta.url));
const onLinux = process.platform === 'linux';

/** A folder that holds all the programs that PATH leads to. */
let programs: string;

beforeEach(() => {
  programs = mkdtempSync(join(tmpdir(), 'setup-'));
});

afterEach(() => {
  rmSync(programs, { recursive: true });
});

describe.runIf(onLinux)('The set-up', () => {
  it('installs nothing where all is there', () => {
    addProgram('chromium', 'exit 0');
    addProgram('sqlite3', 'exit 0');

    const { status, output } = setUp();

    expect(output).toBe(`set-up: ready (Chromium: ${programs}/chromium, sqlite3: ${programs}/sqlite3)\n`);
    expect(status).toBe(0);
  });

  it('for the long run does without browsers that cannot be installed, and says so', () => {
    addProgram('chromium', 'exit 0');
    addProgram('sqlite3', 'exit 0');
    addProgram('apt-get', 'echo "no network" >&2; exit 100');
    const { status, output } = setUp({}, 'long');
    expect(output).toContain(
      'Firefox: none, so nothing will be tested in it, WebKit: none, so nothing will be tested in it, sqldiff: none, so',
    );
    expect(status).toBe(0);
  });

  it('for the long run takes the Firefox that is there', () => {
    for (const name of ['chromium', 'sqlite3', 'firefox', 'WebKitWebDriver', 'Xvfb']) addProgram(name, 'exit 0');
    expect(setUp({}, 'long').output).toContain(`Firefox: ${programs}/firefox, WebKit: `);
  });

  it('takes the Chromium that CHROMIUM_PATH names before any other', () => {
    addProgram('chromium', 'exit 0');
    addProgram('sqlite3', 'exit 0');
    const named = addProgram('my-browser', 'exit 0');
    expect(setUp({ CHROMIUM_PATH: named }).output).toContain(`Chromium: ${named},`);
  });

  it('refuses a CHROMIUM_PATH that does not start, and says so', () => {
    addProgram('chromium', 'exit 0');
    const named = addProgram('my-browser', 'exit 1');
    const { status, output } = setUp({ CHROMIUM_PATH: named });
    expect(output).toBe(
      `set-up failed: CHROMIUM_PATH names ${named}, which does not start. Correct it, or unset it.\n`,
    );
    expect(status).toBe(1);
  });

  it('passes over a chromium that is only a stub', () => {
    addProgram('chromium', 'echo "Install the real one" >&2; exit 1');
    addProgram('google-chrome', 'exit 0');
    addProgram('sqlite3', 'exit 0');
    expect(setUp().output).toContain(`Chromium: ${programs}/google-chrome,`);
  });

  it('says how to install a sqlite3 that is missing and cannot be installed', () => {
    addProgram('chromium', 'exit 0');
    addProgram('apt-get', 'echo "no network" >&2; exit 100');
    const { status, output } = setUp();
    expect(output).toContain('sudo apt-get install sqlite3');
    expect(status).toBe(1);
  });

  it.runIf(process.getuid?.() === 0)("installs Debian's packages as root where nothing else helps", () => {
    addProgram(
      'apt-get',
      `echo "$@" >> ${programs}/log
       for name; do :; done
       case "$*" in *install*) printf "#!/bin/sh\\n" > ${programs}/$name; /bin/chmod +x ${programs}/$name;; esac`,
    );
    const { status, output } = setUp({}, 'long');
    expect(output).toContain(`ready (Chromium: ${programs}/chromium, sqlite3: ${programs}/sqlite3,`);
    expect(status).toBe(0);
    expect(readFileSync(join(programs, 'log'), 'utf8').split('\n')).toEqual([
      '-qq update',
      ...['chromium', 'sqlite3', 'firefox-esr', 'webkit2gtk-driver', 'xvfb', 'sqlite3-tools'].map(
        (name) => `-qq -y --no-install-recommends install ${name}`,
      ),
      '',
    ]);
  });
});

/** What counts as progress, and tells when it was asked about an output. */
class Watched extends RegExp {
  readonly #asked = new EventEmitter();

  override test(output: string): boolean {
    // Whoever asked has by then done with the answer what it does.
    queueMicrotask(() => this.#asked.emit('output'));
    return super.test(output);
  }

  /** Settles once the next output has been read. */
  async next(): Promise<void> {
    await once(this.#asked, 'output');
  }
}

describe.runIf(onLinux)('A program that an installation runs', () => {
  // The clock of whoever waits stands still unless it is moved; the programs are real.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is ended when it stays silent too long, with all that it started', async () => {
    const progress = new Watched('% of it');
    const begun = progress.next();
    // What it started holds its output open, so that this would not settle as long as that lives.
    const ended = run('/bin/sh', ['-c', 'sleep 1000 & echo begun; wait'], { patience: 300, progress });
    await begun;
    vi.advanceTimersByTime(300);
    expect(await ended).toEqual({ code: null, output: 'begun\n\n(ended after waiting 0.3 s)\n' });
  });

  it('may take its time as long as it shows progress', async () => {
    const progress = new Watched('% of it');
    const go = join(programs, 'go');
    spawnSync('mkfifo', [go]);
    let shown = progress.next();
    // Held open for both, so that no line ends what is read.
    const script = `exec 3<>${go}; for i in 1 2 3; do echo "$i% of it"; read line <&3; done`;
    const ended = run('/bin/sh', ['-c', script], { patience: 600, progress });
    for (let step = 0; step < 3; step++) {
      await shown;
      shown = progress.next();
      vi.advanceTimersByTime(500);
      await writeFile(go, 'on\n');
    }
    expect(await ended).toEqual({ code: 0, output: '1% of it\n2% of it\n3% of it\n' });
  });
});

describe('Installed packages', () => {
  const locked: LockFile = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/for-another-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
    },
  };
  const a = { version: '1.0.0', integrity: 'sha512-a' };

  it.each([
    ['all that the lock file names', true, { 'node_modules/a': a }],
    ['another version', false, { 'node_modules/a': { ...a, version: '1.0.1' } }],
    ['other content', false, { 'node_modules/a': { ...a, integrity: 'sha512-c' } }],
    ['one too few', false, {}],
    ['one too many', false, { 'node_modules/a': a, 'node_modules/b': a }],
  ])('are as locked: %s, %s', (_what, expected, packages) => {
    expect(installedAsLocked(locked, { packages })).toBe(expected);
  });
});

describe('The lock file', () => {
  it("names no registry's address", () => {
    expect(readFileSync(join(top, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/);
  });
});

function addProgram(name: string, script: string): string {
  const path = join(programs, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Runs the set-up for tests where PATH leads to `programs` alone and Playwright's downloads are out of reach. */
function setUp(
  environment: Record<string, string> = {},
  purpose: 'test' | 'long' = 'test',
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/setup.mjs', purpose], {
    cwd: top,
    encoding: 'utf8',
    env: {
      HOME: programs,
      npm_execpath: join(programs, 'no-npm-cli.js'),
      PATH: programs,
      PLAYWRIGHT_BROWSERS_PATH: join(programs, 'browsers'),
      PLAYWRIGHT_DOWNLOAD_HOST: 'http://127.0.0.1:9',
      ...environment,
    },
  });
  return { status, output: stdout + stderr };
}
