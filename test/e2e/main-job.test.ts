import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'ssh2';
import { describe, expect, test } from 'vitest';
import { arches, type Arch, findArch } from '../../harness/arch/index.ts';
import { readRunRecord } from '../../harness/store/index.ts';
import { canBoot, canBootOn, qemusIn } from './guest.ts';

/**
 * The whole main job as people run it, on Debian's prebuilt kernel: `spf run debian` in a process of its own, disturbed
 * from outside in the ways that a verdict must tell apart. `SPF_PLAN=smoke SPF_ARCH="ppc64 ppc64-hash"` disturbs other
 * kernels, those of the plan's series, which are built when they are not in the cache.
 */
const projectDir = resolve(import.meta.dirname, '../..');
const { SPF_PLAN: plan = 'debian', SPF_ARCH: chosen } = process.env;
const { x86_64, ppc64le } = arches;
const disturbed = chosen === undefined ? [x86_64, ppc64le] : chosen.split(/\s+/).map(known);

function known(id: string): Arch {
  const arch = findArch(id);
  if (arch === undefined) throw new Error(`SPF_ARCH: there is no architecture ${id}`);
  return arch;
}

function start(arch: string, ...options: string[]) {
  const out = mkdtempSync(join(tmpdir(), 'spf-main-job-'));
  const argv = [
    'harness/cli/spf.ts',
    'run',
    plan,
    '--workload',
    'hammer',
    '--arch',
    arch,
    '--out',
    out,
    ...options,
  ];
  const child = spawn(process.execPath, argv, { cwd: projectDir, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const exit = new Promise<number | null>((done) => child.on('exit', done));
  return { out, child, exit, said: () => said };
}

type Started = ReturnType<typeof start>;

/** The job's history has begun to arrive: the workload is in full swing. */
async function hammering({ out, child, said }: Started): Promise<string> {
  while (child.exitCode === null) {
    const job = readdirSync(out)
      .map((run) => join(out, run, 'jobs'))
      .flatMap((jobs) => (existsSync(jobs) ? readdirSync(jobs).map((job) => join(jobs, job)) : []))
      .find((directory) => historySize(directory) > 100_000);
    if (job !== undefined) return job;
    await sleep(100);
  }
  throw new Error(`the run ended before its workload began:\n${said()}`);
}

function historySize(directory: string): number {
  try {
    return readFileSync(join(directory, 'history.bin')).length;
  } catch {
    return 0;
  }
}

function qemuOf(job: string): number {
  const [qemu] = qemusIn(job);
  if (qemu === undefined) throw new Error(`no QEMU runs in ${job}`);
  return qemu;
}

/** The loopback port on which QEMU forwards to the guest's SSH server. */
function sshPortOf(qemu: number): number {
  const inodes = readdirSync(`/proc/${qemu}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${qemu}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    if (state === '0A' && inodes.includes(inode)) return Number.parseInt(local.split(':')[1] ?? '', 16);
  }
  throw new Error('QEMU listens on no port');
}

function inGuest(port: number, key: string, command: string): Promise<void> {
  return new Promise((done, fail) => {
    const client = new Client();
    client.on('ready', () => client.exec(command, (error) => (error ? fail(error) : done())));
    // The guest dies under the connection; that is the point.
    client.on('error', () => done());
    client.connect({ host: '127.0.0.1', port, username: 'root', privateKey: key });
  });
}

describe.each(disturbed)('spf run on $id', (arch) => {
  describe.skipIf(!canBootOn(arch))('disturbed', () => {
    test('a guest that panics in mid-workload is the kernel, never 0', async () => {
      const run = start(arch.id, '--duration', '60');
      const job = await hammering(run);
      const key = readFileSync(join(job, 'id_ed25519'), 'utf8');
      await inGuest(sshPortOf(qemuOf(job)), key, 'echo c >/proc/sysrq-trigger');
      expect(await run.exit, run.said()).toBe(1);
      const [record] = (await readRunRecord(join(run.out, 'latest'))).jobs;
      expect(record).toMatchObject({ status: 'FAIL', culprit: 'code', end: { reason: 'panic' } });
      expect(record?.findings.map(({ title }) => title).join()).toContain('sysrq');
    });

    test('a QEMU that is killed from outside is the rig, never the kernel', async () => {
      const run = start(arch.id, '--duration', '60');
      const job = await hammering(run);
      process.kill(qemuOf(job), 'SIGKILL');
      expect(await run.exit, run.said()).toBe(3);
      const [record] = (await readRunRecord(join(run.out, 'latest'))).jobs;
      expect(record).toMatchObject({ status: 'ERROR', culprit: 'tool', end: { reason: 'lost' } });
    });
  });
});

describe.skipIf(!canBoot || chosen !== undefined)('spf run', () => {
  test('an undisturbed run passes and leaves a valid record and every report', async () => {
    const run = start('x86_64', '--duration', '3');
    expect(await run.exit, run.said()).toBe(0);
    const record = await readRunRecord(join(run.out, 'latest'));
    expect(record.jobs.map(({ status }) => status)).toEqual(['PASS']);
    expect(record.jobs[0]?.counters['accesses']).toBeGreaterThan(100);
    expect(readdirSync(join(run.out, 'latest')).sort()).toEqual(
      ['jobs', 'junit.xml', 'kcidb.json', 'report.html', 'results.ktap', 'run.json'].sort(),
    );
  });

  test('Ctrl-C stops the guest and leaves a record that says so', async () => {
    const run = start('x86_64', '--duration', '60');
    const job = await hammering(run);
    const qemu = qemuOf(job);
    run.child.kill('SIGINT');
    expect(await run.exit, run.said()).toBe(3);
    expect(() => process.kill(qemu, 0)).toThrow();
    const record = await readRunRecord(join(run.out, 'latest'));
    expect(record.verdict.headline).toMatch(/^Cancelled/);
  });
});
