import { expect, test } from 'vitest';
import { describeProgress, formatSeconds, plainObserver } from '../../harness/cli/progress.ts';

test('seconds are minutes once they are many', () => {
  expect([formatSeconds(3.4), formatSeconds(99), formatSeconds(125)]).toEqual(['3 s', '99 s', '2 min 5 s']);
});

test('progress says how far and how long', () => {
  expect(describeProgress({ task: 't', text: 'CC mm/mmap.o', fraction: 0.425, secondsLeft: 90 })).toBe(
    'CC mm/mmap.o, 42 %, 90 s left',
  );
});

test('plain lines: begin, end, and progress at most every ten seconds', () => {
  let clock = 0;
  const lines: string[] = [];
  const observer = plainObserver(
    (line) => lines.push(line),
    () => clock,
  );
  observer.plan([{ id: 'k', title: 'kernel' }]);
  observer.begin('k');
  for (clock = 0; clock <= 25_000; clock += 1000) observer.progress('k', { task: 'k', text: `${clock}` });
  observer.end('k', { outcome: 'ok', text: 'built' });
  expect(lines).toEqual(['… kernel', '  kernel: 10000', '  kernel: 20000', '✔ kernel: built (26 s)']);
});
