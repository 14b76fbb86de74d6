import { EXIT, type ExitCode } from '../base/errors.ts';
import { type Explored, runExploration } from '../campaign/explore/index.ts';
import { loadPlaces } from '../plan/points-file.ts';
import { commandContext, projectDir } from './context.ts';
import { type KernelOptions, requestOfKernel } from './direct.ts';
import { createObserver } from './progress.ts';

export interface CliExploreOptions extends KernelOptions {
  readonly seed: number;
  readonly tries: number;
  readonly budget: number;
  readonly goOn?: boolean;
  readonly jobs: number;
  readonly json?: boolean;
}

/** `spf explore`: 1 a schedule harmed the kernel, 0 none did, 3 none could be judged. */
export async function exploreKernel(options: CliExploreOptions): Promise<ExitCode> {
  const { seed, tries, budget, jobs, goOn = false, json = false } = options;
  const wanted = {
    places: loadPlaces(projectDir),
    seed,
    tries,
    budget,
    untilHit: !goOn,
    jobs: Math.max(1, jobs),
  };
  const request = requestOfKernel(options);
  const { explored, directory } = await runExploration(request, wanted, commandContext(), createObserver());
  console.log(json ? JSON.stringify({ ...explored, directory }, null, 2) : exploredText(explored, directory));
  if (explored.hits.length > 0) return EXIT.kernelAtFault;
  return explored.tries > (explored.conclusions.rig ?? 0) ? EXIT.clean : EXIT.rig;
}

function exploredText(explored: Explored, directory: string): string {
  const { release, seed, tries, conclusions, unjudged, hits, places, pairs, boots, seconds } = explored;
  const ends = Object.entries(conclusions).map(([conclusion, count]) => `${conclusion} ${count}`);
  const lines = [
    `${tries} schedules of seed ${seed} on ${release}, ${seconds.toFixed(0)} s with ${boots} boots: ${ends.join(', ')}`,
    `  places: ${places.reached} reached of ${places.known} in this kernel (${places.asked} asked for)`,
    `  pairs of places, one actor after another: ${pairs.pairs}, ${pairs.bothOrders} of them in both orders`,
  ];
  for (const [why, count] of Object.entries(unjudged)) lines.push(`  history not judged, ${count}: ${why}`);
  for (const hit of hits) {
    lines.push(`  schedule ${hit.number}, after ${hit.seconds.toFixed(0)} s: ${hit.text}`);
    lines.push(`    again with: spf direct ${directory}/${hit.schedule}`);
  }
  lines.push(`Record: ${directory}/explored.json`);
  return lines.join('\n');
}
