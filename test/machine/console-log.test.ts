import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createConsoleLog, type ConsoleLog } from '../../harness/machine/console-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'console-log-'));
afterAll(() => rmSync(directory, { recursive: true }));
let count = 0;
const create = () => createConsoleLog(join(directory, `${count++}.log`));

async function readAll(log: ConsoleLog): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(log));
}

it('every reader gets every byte, whenever it came', async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(20), async (all, when) => {
      const log = create();
      const early = readAll(log);
      let middle: Promise<Buffer> | undefined;
      for (const [index, chunk] of all.entries()) {
        if (index === when) middle = readAll(log);
        log.append(chunk);
        if (index % 3 === 0) await Promise.resolve();
      }
      log.end();
      const whole = Buffer.concat(all);
      expect(log.length).toBe(whole.length);
      expect(await early).toEqual(whole);
      expect(await (middle ?? readAll(log))).toEqual(whole);
      expect(await readAll(log)).toEqual(whole);
      expect(readFileSync(log.path)).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

it('a reader that has caught up gets what comes next', async () => {
  const log = create();
  const reader = log[Symbol.asyncIterator]();
  const next = async () => Buffer.from(((await reader.next()).value ?? []) as Uint8Array).toString();
  for (const text of ['one', 'two', 'three']) {
    log.append(Buffer.from(text));
    expect(await next()).toBe(text);
  }
  const waiting = reader.next();
  log.end();
  expect(await waiting).toMatchObject({ done: true });
});

it('a chunk larger than what is read at once arrives whole', async () => {
  const log = create();
  const big = Buffer.alloc(300_000, 'x');
  log.append(big);
  log.end();
  expect((await readAll(log)).equals(big)).toBe(true);
});

it('tail gives the last bytes', async () => {
  const log = create();
  log.append(Buffer.from('first line\nlast line\n'));
  expect(await log.tail(10)).toBe('last line\n');
  expect(await log.tail()).toBe('first line\nlast line\n');
  log.end();
});

it('a full disk is told to the writer', () => {
  const log = createConsoleLog('/dev/full');
  expect(() => log.append(Buffer.from('x'))).toThrow('ENOSPC');
});
