import type { Finding, Frame } from '../finding.ts';
import type { Stack } from '../stacks/stacks.ts';
import { completeFinding } from './complete.ts';
import { known } from './details/read.ts';
import { type ConsoleEvent, mixedLines } from './event.ts';
import { introduction, reportLines } from './extent.ts';
import { corruptedBy, type Identity, identify } from './identify.ts';
import { readRegisters } from './registers.ts';
import { findTask } from './task.ts';
import { altTitlesOf } from './title.ts';

const maxFrames = 100;
const maxTextLength = 64 * 1024;

/** An event to the finding it is. Never throws: what cannot be read is `corrupted`, with the reason. */
export function readEvent(event: ConsoleEvent, identity: Identity = identify(event)): Finding {
  const { kind, texts, groups, stacks, blamed, mixed } = identity;
  const lines = [
    ...introduction(event.before, kind === 'vm-bug-on'),
    ...reportLines(mixed ? mixedLines(event) : event.own),
  ];
  const common = {
    title: identity.title,
    altTitles: altTitlesOf(identity.variant, groups, identity.named),
    signature: identity.signature,
    blamed: blamed?.name ?? null,
    stack: mainStack(stacks),
    ...findTask(texts, groups),
    ...known({
      registers: readRegisters(texts),
      corrupted: corruptedBy(identity),
      panicked: event.panicked,
      rebooted: event.rebooted,
    }),
    lines: { first: lines[0]?.number ?? event.head.number, last: lines.at(-1)?.number ?? event.head.number },
    text: lines
      .map(({ text }) => text)
      .join('\n')
      .slice(0, maxTextLength),
    count: 1,
  };
  return completeFinding(kind, { event, texts, groups, stacks }, common);
}

/** Frames of the first trace, the program counter in front. */
function mainStack(stacks: readonly Stack[]): Frame[] {
  const trace = stacks.findIndex(({ role, frames }) => role === 'trace' && frames.length > 0);
  const counter = stacks.slice(0, trace < 0 ? undefined : trace).findLast(({ role }) => role === 'counter');
  return [...(counter?.frames ?? []), ...(stacks[trace]?.frames ?? [])].slice(0, maxFrames);
}
