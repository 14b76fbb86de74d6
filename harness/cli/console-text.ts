import pc from 'picocolors';
import type { Finding } from '../console/finding.ts';
import type { Excused, SilentIssue } from '../verdict/known-issues.ts';

const maxFrames = 12;

/** A finding for people: what, where, who, the stack, and the console's own words. */
export function findingText(finding: Finding, context: number): string {
  const { first, last } = finding.lines;
  const times = finding.count > 1 ? ` (${finding.count} times)` : '';
  return [
    `${pc.red(finding.title)}${times}  ${pc.dim(`lines ${first + 1}-${last + 1}`)}`,
    ...facts(finding).map((fact) => `  ${fact}`),
    ...(finding.corrupted === undefined ? [] : [pc.yellow(`  perhaps not whole: ${finding.corrupted}`)]),
    ...finding.stack.slice(0, maxFrames).map((frame) => {
      const name = frame.function === finding.blamed ? pc.bold(frame.function) : frame.function;
      const place = frame.file === undefined ? '' : pc.dim(`  ${frame.file}:${frame.line ?? '?'}`);
      return `  ${frame.unreliable === true ? '? ' : ''}${name}${place}`;
    }),
    ...words(finding, context),
  ].join('\n');
}

function facts(finding: Finding): string[] {
  const { task, cpu, tainted, release, panicked, rebooted } = finding;
  const who = [
    task && `${task.comm}, pid ${task.pid}`,
    cpu !== undefined && `CPU ${cpu}`,
    release,
    tainted && `tainted ${tainted}`,
  ];
  const where = who.filter(Boolean).join(', ');
  return [
    where,
    panicked === undefined ? '' : `then the kernel panicked: ${panicked}`,
    rebooted === undefined ? '' : `then the machine restarted: ${rebooted}`,
  ].filter((fact) => fact !== '');
}

/** The report's first lines, numbered as in the file where the report is one piece. */
function words(finding: Finding, context: number): string[] {
  const lines = finding.text.split('\n');
  const shown = lines.slice(0, context);
  const left = lines.length - shown.length;
  const more = left > 0 && context > 0 ? [pc.dim(`    | … ${left} more lines`)] : [];
  return [...shown.map((line) => pc.dim(`    | ${line}`)), ...more];
}

export function logText(file: string, lines: number, findings: readonly Finding[], context: number): string {
  const head = `${pc.bold(file)}: ${findings.length} findings in ${lines} lines`;
  return [head, ...findings.map((finding) => `\n${findingText(finding, context)}`)].join('\n');
}

export function knownText(excused: readonly Excused[], silent: readonly SilentIssue[]): string {
  return [
    ...excused.map(({ id, reason, count }) => `known issue ${id}, seen ${count} times: ${reason}`),
    ...silent.map(({ id, why }) => pc.yellow(`known issue ${id} ${why}: take it off the list?`)),
  ].join('\n');
}
