import type { Finding } from '../../console/finding.ts';
import type { Seen } from '../select.ts';
import { plural } from '../words.ts';
import { command, facts, jobLink, table } from './parts.ts';
import { stack } from './stack.ts';
import { html, type Html, type Value } from './tag.ts';

export function findingSection(findings: readonly Seen<Finding>[]): Html | null {
  if (findings.length === 0) return null;
  return html`<section>
    <h2>What the kernel said</h2>
    ${findings.map(article)}
  </section>`;
}

function article({ first, jobs, times }: Seen<Finding>): Html {
  const lines = `${first.lines.first + 1}–${first.lines.last + 1}`;
  return html`<article class="card finding">
    <h3>${first.title}</h3>
    <p class="quiet">
      ${first.kind}, seen ${plural(times, 'time')} in ${jobs.map((job) => [jobLink(job), ' '])}
    </p>
    ${
      first.corrupted !== undefined &&
      html`<p class="note warn">The report may not be whole: ${first.corrupted}.</p>`
    }
    ${facts(details(first))} ${dump(first)} ${stack('Call stack', first.stack, first.blamed)}
    ${objectStacks(first)}
    <details>
      <summary>Console text, lines ${lines} of ${jobs[0]?.id}</summary>
      <pre tabindex="0">${first.text}</pre>
    </details>
    ${jobs[0] && command(jobs[0].reproduce)}
  </article>`;
}

function details(finding: Finding): [string, Value][] {
  return [
    ['access', 'access' in finding ? access(finding.access) : null],
    ['place', 'file' in finding ? html`<code>${finding.file}:${finding.line}</code>` : null],
    ['object', 'object' in finding && finding.object ? objectText(finding.object) : null],
    ['task', finding.task && `${finding.task.comm}, pid ${finding.task.pid}`],
    ['CPU', finding.cpu],
    ['then', finding.panicked && `the kernel panicked: ${finding.panicked}`],
    ['and then', finding.rebooted && `the machine restarted: ${finding.rebooted}`],
    ['taint', finding.tainted],
    ['signature', html`<code>${finding.signature}</code>`],
  ];
}

function access({ direction, size, address }: Extract<Finding, { access: unknown }>['access']): Value {
  const what = direction === 'unknown' ? 'access' : direction;
  return `${what}${size === undefined ? '' : ` of ${plural(size, 'byte')}`}${address === undefined ? '' : ` at ${address}`}`;
}

function objectText({
  address,
  cache,
  size,
  offset,
}: NonNullable<Extract<Finding, { kind: 'kasan' }>['object']>): string {
  const parts = [
    cache,
    size === undefined ? undefined : plural(size, 'byte'),
    address === undefined ? undefined : `at ${address}`,
    offset === undefined ? undefined : `the access ${offset} bytes from its start`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** The object that the kernel printed before it gave up (dump_vma, dump_mm, __dump_page of mm/debug.c). */
function dump(finding: Finding): Html | null {
  if (finding.kind !== 'vm-bug-on') return null;
  const names = { vma: 'vm_area_struct', mm: 'mm_struct', page: 'page' };
  const rows = Object.entries(finding.dump.fields).map(([name, value]) => [
    html`<code>${name}</code>`,
    html`<code>${value}</code>`,
  ]);
  return html`<h4>${names[finding.dump.what]}</h4>
    ${table(['field', 'value'], rows, 'dump')}`;
}

function objectStacks(finding: Finding): Html | null {
  if (finding.kind === 'kcsan')
    return html`${finding.accesses.map((side) => stack(`${side.direction} by ${side.by}`, side.stack))}`;
  if (finding.kind !== 'kasan' && finding.kind !== 'kfence' && finding.kind !== 'slab-corruption')
    return null;
  return html`<div class="columns">
    <div>${stack('Allocated by', finding.allocatedBy)}</div>
    <div>${stack('Freed by', finding.freedBy)}</div>
  </div>`;
}
