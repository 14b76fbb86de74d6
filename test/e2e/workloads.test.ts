import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrebuiltKernel } from '../../harness/build/debian/kernel.ts';
import { localMachine } from '../../harness/machine/local/machine.ts';
import { qemuMachine } from '../../harness/machine/qemu/machine.ts';
import type { Running } from '../../harness/machine/types.ts';
import { checkOutcomes } from '../../harness/model/directed/check.ts';
import { checkHistory } from '../../harness/model/history/check.ts';
import { findWorkload } from '../../harness/workload/catalogue.ts';
import { readHistory } from '../../harness/workload/history/reader.ts';
import { launchWorkload } from '../../harness/workload/launch.ts';
import { bootOptions, canBoot, ctx, directoryFor, prebuilt } from './guest.ts';

const machines = {
  guest: ({ image }: PrebuiltKernel) => qemuMachine(ctx).boot(image, bootOptions('workloads-guest')),
  host: ({ image, guest }: PrebuiltKernel) => {
    const { kernel, initramfs } = image;
    return localMachine(guest.programs).boot({ kernel, initramfs }, bootOptions('workloads-host'));
  },
};

describe.skipIf(!canBoot).each(Object.entries(machines))(
  'workloads on a kernel without the series, %s',
  (kind, boot) => {
    let machine: Running;
    beforeAll(async () => void (machine = await boot(await prebuilt())));
    afterAll(async () => void (await machine?.stop('cancelled')));
    const launch = (id: string, name = id, duration = 2, args: readonly string[] = []) =>
      launchWorkload(machine, findWorkload(id), {
        ...{ seed: 7, duration, args, directory: directoryFor(`${name}-${kind}`), signal: ctx.signal },
      });

    it('hammer leaves a whole history that the model explains', async () => {
      const { exec, historyFile, counters, taint, doubts } = await launch('hammer');
      expect({ exec, doubts }).toMatchObject({
        exec: { exitCode: 0, lost: false, timedOut: false },
        doubts: [],
      });
      expect(taint.after).toBe(taint.before);
      expect(counters['vmstat.pgfault']).toBeGreaterThan(100);
      const history = await readHistory(historyFile ?? '');
      expect(history).toMatchObject({ complete: true, doubts: [], header: { release: machine.release } });
      const { violations, stats } = checkHistory(history);
      expect(violations).toEqual([]);
      expect(stats.accesses).toBeGreaterThan(100);
    });

    it('the others run to their end', async () => {
      for (const id of ['spf-counters', 'exit-storm'])
        expect((await launch(id)).exec).toMatchObject({ exitCode: 0 });
    });

    it('the directed programs end as they should', async () => {
      const mayChangeIt = kind === 'host' ? [] : ['--may-set', '1'];
      const { outcomes = [], exec } = await launch('directed', 'directed', 60, [
        ...['--tries', '1', '--seconds', '0.3'],
        ...mayChangeIt,
      ]);
      expect(exec).toMatchObject({ exitCode: 0, lost: false });
      const { judged, mismatches } = checkOutcomes(outcomes);
      expect(mismatches.map(({ explanation }) => explanation)).toEqual([]);
      expect(judged).toBeGreaterThanOrEqual(11);
    });

    it('a history that the kernel cut is judged as far as it came', async () => {
      if (kind === 'host') return;
      const hammer = launch('hammer', 'hammer-cut', 6);
      const crash = 'until pidof hammer; do sleep 0.1; done; sleep 2; echo c >/proc/sysrq-trigger';
      await machine.exec(['sh', '-c', crash]);
      const { exec, historyFile } = await hammer;
      expect(exec.lost).toBe(true);
      expect((await machine.ended).reason).toBe('panic');
      const history = await readHistory(historyFile ?? '');
      expect(history.complete).toBe(false);
      expect(checkHistory(history).violations).toEqual([]);
    });
  },
);
