import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Deframer, frame } from '../../../harness/machine/qemu/stub/packet.ts';
import { parseStop } from '../../../harness/machine/qemu/stub/stop.ts';

it('takes packets apart as they were put together, wherever they are cut', () => {
  const data = fc.string({ unit: fc.constantFrom(...'0123456789abcdefT:;.OKE') });
  fc.assert(
    fc.property(fc.array(data), fc.array(fc.nat(40)), (all, cuts) => {
      const stream = all.map((one) => `+${frame(one)}`).join('');
      const deframer = new Deframer();
      const got = [];
      let from = 0;
      for (const cut of [...cuts, stream.length]) {
        got.push(...deframer.push(stream.slice(from, from + cut)));
        from += cut;
      }
      expect(got.flatMap((one) => (one.kind === 'packet' ? [one.data] : []))).toEqual(all);
    }),
  );
});

it('notices a wrong checksum', () => {
  expect(new Deframer().push('$OK#00')).toEqual([{ kind: 'garbled', raw: 'OK' }]);
});

it('undoes escapes and repetitions', () => {
  expect(new Deframer().push(frame('0* x}\x03'))).toEqual([{ kind: 'packet', data: '0000x#' }]);
});

it('reads why a machine stopped', () => {
  expect(parseStop('T05thread:p01.02;')).toEqual({ kind: 'stopped', signal: 5, thread: 'p01.02' });
  expect(parseStop('W00')).toEqual({ kind: 'gone' });
  expect(parseStop('OK')).toBeUndefined();
});
