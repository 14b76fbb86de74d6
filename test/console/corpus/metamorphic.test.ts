import { describe, expect, test } from 'vitest';
import { createConsoleReader, readConsole } from '../../../harness/console/reader.ts';
import { bytesOf } from '../support.ts';
import { bytesOfLog, recordedLogs, type RecordedLog } from './logs.ts';

/** Every fourth log in each run of the tests; SPF_ALL_LOGS=1 takes all. */
const step = process.env['SPF_ALL_LOGS'] ? 1 : 4;
const logs = (recordedLogs ?? []).filter((_, index) => index % step === 0);
const textOf = (log: RecordedLog) => Buffer.from(bytesOfLog(log)).toString('utf8');
const titles = (bytes: Uint8Array) => readConsole(bytes).findings.map(({ title }) => title);
const changed = (change: (text: string) => string, of = logs) =>
  of
    .map((log) => ({ id: log.id, was: titles(bytesOfLog(log)), is: titles(bytesOf(change(textOf(log)))) }))
    .filter(({ was, is }) => was.join() !== is.join());
const eachLine = (text: string, change: (line: string) => string) => text.split('\n').map(change).join('\n');
/** Logs in which all that counts was printed with a time, and no firmware or second kernel, which have none. */
const timed = logs.filter((log) =>
  textOf(log)
    .split('\n')
    .every((line) => line === '' || /^\[ *\d+\.\d{6}\]/.test(line)),
);

describe.skipIf(recordedLogs === null)('the recorded logs, changed in ways that mean nothing', () => {
  test.each([1, 7, 64, 4096])('in chunks of %i bytes', (size) => {
    // Single bytes are slow: fewer logs.
    const some = size === 1 ? logs.filter((_, index) => index % 8 === 0) : logs;
    for (const log of some) {
      const bytes = bytesOfLog(log);
      const reader = createConsoleReader();
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      expect(reader.end()).toEqual(readConsole(bytes));
    }
  });

  test('with CR LF', () => {
    expect(changed((text) => text.replaceAll('\r', '').replaceAll('\n', '\r\n'))).toEqual([]);
  });

  test('with colours', () => {
    expect(changed((text) => eachLine(text, (line) => `\u001b[1;31m${line}\u001b[0m`))).toEqual([]);
  });

  test.each(['2026-11-25T09:00:00.123Z ', 'Nov 25 09:00:00 board7 kernel: ', 'ttyUSB0 | '])(
    'with "%s" before each line',
    (before) => {
      expect(
        changed((text) => eachLine(text, (line) => (line === '' ? line : before + line)), timed),
      ).toEqual([]);
    },
  );

  test('with noise before and after', () => {
    const noise = 'usb 1-1: new device found\n'.repeat(50);
    expect(changed((text) => `${noise}${text}\n${noise}`, timed)).toEqual([]);
  });

  test('with noise of another caller between the lines', () => {
    const tagged = timed.filter((log) => /^(?:\[ *[\d.]+\]\[ *[TC]\d+\].*\n*)+$/.test(textOf(log)));
    expect(tagged.length).toBeGreaterThan(5);
    const noise = (line: string) =>
      line.replace(
        /^(\[ *[\d.]+\])\[.*$/,
        (whole, time: string) => `${whole}\n${time}[T65536] usb 1-1: noise`,
      );
    expect(changed((text) => eachLine(text, noise), tagged)).toEqual([]);
  });

  test('two at once, told apart by their callers', () => {
    const single = timed
      .filter((log) => titles(bytesOfLog(log)).length === 1 && !textOf(log).includes(']['))
      .slice(0, 24);
    expect(single.length).toBeGreaterThan(7);
    for (const [index, a] of single.entries()) {
      const b = single[(index + 1) % single.length] ?? a;
      const lines = (log: RecordedLog, caller: string) =>
        textOf(log)
          .split('\n')
          .filter((line) => line !== '')
          // One clock for both: a report whose lines are a minute apart is two things.
          .map((line) => line.replace(/^\[ *[\d.]+\]/, `[  100.000000][${caller}]`));
      const [first, second] = [lines(a, '  T11'), lines(b, '  T22')];
      const mixed = Array.from({ length: Math.max(first.length, second.length) }, (_, at) =>
        [first[at], second[at]].filter((line) => line !== undefined).join('\n'),
      ).join('\n');
      const apart = (log: readonly string[]) => readConsole(bytesOf(log.join('\n'))).findings;
      const wanted = [...apart(first), ...apart(second)].filter(({ kind }) => kind !== 'panic');
      const found = readConsole(bytesOf(mixed)).findings.map(({ title }) => title);
      for (const { title } of wanted) expect(found, `${a.id} and ${b.id}`).toContain(title);
    }
  });

  test("the parser's own output fed back", () => {
    const again = logs.flatMap((log) =>
      readConsole(bytesOfLog(log)).findings.flatMap(({ kind, title, text, corrupted }) =>
        // What the kernel did not say, or what counts only with printk's prefix or with other lines beside it.
        kind === 'reboot' ||
        kind === 'other' ||
        corrupted !== undefined ||
        titles(bytesOf(text)).includes(title)
          ? []
          : [`${log.id}: ${title}`],
      ),
    );
    expect(again).toEqual([]);
  });
});
