import { createRandom, mutate, readMutated } from './fuzz.ts';

/**
 * The long run: `node test/console/fuzz-run.ts [inputs] [seed]`. Ends with 1 at the first exception, and when an input
 * takes more than a second, naming the seed of the input, which alone repeats it.
 */
const inputs = Number(process.argv[2] ?? 1_000_000);
const first = Number(process.argv[3] ?? 1);
/** Inputs have 8 KiB and some: at the slowest a few milliseconds. */
const limitMs = 1000;

let bytes = 0;
let findings = 0;
let slowest = { ms: 0, seed: 0 };
const began = process.cpuUsage();
for (let seed = first; seed < first + inputs; seed++) {
  // Neighbouring seeds of a xorshift are alike: spread them.
  const random = createRandom(Math.imul(seed, 0x9e3779b1));
  const input = mutate(random);
  const start = process.cpuUsage();
  try {
    findings += readMutated(input, random);
  } catch (error) {
    console.error(`seed ${seed}:`, error);
    process.exit(1);
  }
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1000;
  if (ms > slowest.ms) slowest = { ms, seed };
  if (ms > limitMs) {
    console.error(`seed ${seed}: ${input.length} bytes took ${ms} ms`);
    process.exit(1);
  }
  bytes += input.length;
}
const { user, system } = process.cpuUsage(began);
console.log(
  `${inputs} inputs, ${(bytes / 1e6).toFixed(0)} MB, ${findings} findings, no exception; ` +
    `${((user + system) / 1e6).toFixed(0)} CPU seconds, slowest ${slowest.ms.toFixed(0)} ms (seed ${slowest.seed})`,
);
