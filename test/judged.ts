import { readRunRecord } from '../harness/store/index.ts';

/** Ends with 0 when the run's record says that every job was judged and that what must pass on any series passed. */
const { verdict, jobs } = await readRunRecord(process.argv[2] ?? 'out/latest');
const unjudged = jobs.filter(({ status }) => status !== 'PASS' && status !== 'FAIL');
const mustPass = jobs.filter(({ id }) => /spf-counters|spf-off/.test(id));
const broken = [...unjudged, ...mustPass.filter(({ status }) => status !== 'PASS')];
console.log(`${verdict.headline} (exit code ${verdict.exitCode})`);
for (const { id, status, reason } of broken) console.log(`${id}: ${status}, ${reason}`);
process.exitCode = broken.length > 0 || mustPass.length < 2 || ![0, 1].includes(verdict.exitCode) ? 1 : 0;
