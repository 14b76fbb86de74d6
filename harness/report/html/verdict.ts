import { type RunRecord, statusSchema } from '../../store/record.ts';
import { seconds } from '../words.ts';
import { badge, facts } from './parts.ts';
import { html, type Html } from './tag.ts';

const meanings = {
  0: 'nothing new found',
  1: 'the kernel is at fault',
  2: 'wrong usage or configuration',
  3: 'the rig could not judge',
} as const;

const certainties = {
  certain: 'Certain: the kernel said so itself, or no order of operations explains what was seen.',
  likely: 'Likely: seen, but not by itself beyond doubt.',
  none: null,
} as const;

export function verdictHeader(record: RunRecord): Html {
  const { verdict } = record;
  const counted = statusSchema.options.filter((status) => verdict.counts[status] > 0);
  return html`<header class="verdict ${verdict.status.toLowerCase()}">
    <p class="eyebrow">${record.plan.name} · ${record.runId}</p>
    <h1>${badge(verdict.status)} ${verdict.headline}</h1>
    <p class="exit">
      Exit code <strong>${verdict.exitCode}</strong>: ${meanings[verdict.exitCode]}.
      ${certainties[verdict.confidence]}
    </p>
    <p class="counts">
      ${counted.map((status) => html`<span>${verdict.counts[status]} ${badge(status)}</span> `)}
      <span>in ${seconds(record.seconds)}</span>
    </p>
    ${
      verdict.reasons.length > 0 &&
      html`<ul class="reasons">
        ${verdict.reasons.map((reason) => html`<li>${reason}</li>`)}
      </ul>`
    }
  </header>`;
}

/** Where it ran and what it ran with. */
export function rigSection({ host, plan, harness, startedAt }: RunRecord): Html {
  return html`<section>
    <h2>Rig</h2>
    ${facts([
      ['plan', plan.file === null ? plan.name : `${plan.name} (${plan.file})`],
      ['started', startedAt],
      ['host', `${host.cpus} CPUs, ${host.memoryMiB} MiB, Linux ${host.release}`],
      ['emulator', host.qemu],
      ['acceleration', `${host.acceleration}: ${host.accelerationReason}`],
      ['harness', [harness.version, harness.commit === null ? '' : ` (${harness.commit.slice(0, 12)})`]],
    ])}
  </section>`;
}
