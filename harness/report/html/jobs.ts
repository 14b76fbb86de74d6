import type { JobRecord, RunRecord } from '../../store/record.ts';
import { speculativeShareOf } from '../select.ts';
import { percent, seconds } from '../words.ts';
import { allCounters } from './counters.ts';
import { badge, bar, command, facts, jobAnchor, jobLink, table } from './parts.ts';
import { html, type Html, type Value } from './tag.ts';

const blamed = { code: 'the kernel', tool: 'the rig', harness: 'the harness' } as const;

export function jobSection({ jobs }: RunRecord): Html | null {
  if (jobs.length === 0) return null;
  const heads = ['status', 'job', 'blames', 'why', 'boot', 'run', 'speculative'];
  return html`<section>
    <h2>Jobs</h2>
    ${table(heads, jobs.map(row), 'jobs')}
  </section>`;
}

function row(job: JobRecord): Value[] {
  const share = speculativeShareOf(job);
  return [
    badge(job.status),
    jobLink(job),
    job.culprit === null ? '–' : blamed[job.culprit],
    job.reason,
    seconds(job.bootSeconds),
    seconds(job.runSeconds),
    share === undefined ? '–' : bar(share, percent(share)),
  ];
}

/** Everything about each job, folded unless something is wrong with it. */
export function jobDetails(jobs: readonly JobRecord[]): Html | null {
  if (jobs.length === 0) return null;
  return html`<section>
    <h2>Each job</h2>
    ${jobs.map(details)}
  </section>`;
}

function details(job: JobRecord): Html {
  const quiet = ['PASS', 'DONE', 'SKIP'].includes(job.status);
  return html`<details class="job" id="${jobAnchor(job)}" ${quiet ? null : html`open`}>
    <summary>${badge(job.status)} <span>${job.id}</span></summary>
    <p>${job.reason}</p>
    ${command(job.reproduce)}
    ${facts([
      ['kernel', job.release === null ? `${job.kernel}, none answered` : `${job.kernel}: ${job.release}`],
      ['workload', html`<code>${[job.workload, ...job.args].join(' ')}</code>`],
      ['seed', job.seed],
      ['machine', job.acceleration && `${job.acceleration.kind}: ${job.acceleration.reason}`],
      ['ended', job.end && `${job.end.reason}: ${job.end.detail}`],
      ['taint', job.taint && `${job.taint.before} before, ${job.taint.after ?? 'unknown'} after`],
      ['files', files(job)],
    ])}
    ${checks(job)} ${allCounters(job)}
  </details>`;
}

function checks(job: JobRecord): Html | null {
  if (job.checks.length === 0) return null;
  const rows = job.checks.map(({ name, status, detail }) => [
    badge(status),
    html`<code>${name}</code>`,
    detail,
  ]);
  return table(['status', 'check', 'what it saw'], rows, 'checks');
}

/** Links into the run's directory. A path that could be anything else (`javascript:`, another host) is only text. */
function files(job: JobRecord): Value {
  const links = Object.entries(job.files).map(([name, path]) =>
    /^[\w.][\w./-]*$/.test(path)
      ? html`<a href="${path}">${name}</a> `
      : html`<span>${name}: ${path}</span> `,
  );
  return links.length === 0 ? null : links;
}
