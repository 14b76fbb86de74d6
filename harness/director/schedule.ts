import { z } from 'zod';
import { parsePoint, type Point, pointOf } from './point.ts';

function readPoint(text: string, ctx: z.RefinementCtx): Point {
  const parsed = parsePoint(text);
  if (typeof parsed !== 'string') return parsed;
  ctx.addIssue({ code: 'custom', message: parsed });
  return z.NEVER;
}

/** A point, as its words. */
const point = z.string().transform(readPoint);

/** `operation 2`: the actor is about to begin its second operation; `end`: it has done all of them. */
const goal = z.string().transform((text, ctx): Goal => {
  const nth = /^operation (\d+)$/.exec(text)?.[1];
  if (nth !== undefined) return { kind: 'operation', index: Number(nth) - 1 };
  if (text === 'end') return { kind: 'end' };
  return { kind: 'point', point: readPoint(text, ctx) };
});

export type Goal =
  | { readonly kind: 'point'; readonly point: Point }
  | { readonly kind: 'operation'; readonly index: number }
  | { readonly kind: 'end' };

/** Seconds; more than any step takes under emulation that is going to succeed. */
const within = z.number().positive().max(600).default(30);
/**
 * The schedule goes on where this does not happen: an actor that ends its operation elsewhere is kept there, and one that comes nowhere in
 * time is left running until it does.
 */
const perhaps = z.boolean().default(false);
const note = z.string().optional();
const actor = z.string().regex(/^[a-z][\w-]*$/, 'a name is of small letters');

const runStep = z
  .strictObject({
    /** This actor goes on until it is there, and is kept there; others stay where they are kept. */
    run: actor,
    until: goal,
    /** How often it comes to the point: it passes all but the last time. */
    times: z.number().int().positive().default(1),
    /** Under this name: the first argument of the function at whose entry it is, or the result that it is about to return. */
    remember: z.string().optional(),
    /** It passes the point until one of its registers points to what was remembered under this name. */
    holding: z.string().optional(),
    /** It begins this round of an exploration. */
    round: z.number().int().positive().optional(),
    within,
    perhaps,
    note,
  })
  .refine(({ remember, until }) => remember === undefined || atEdge(until), {
    message: 'remember wants a point that is the entry of a function, or its return',
  });

const waitStep = z.strictObject({
  /** Somebody comes to this point, and goes on; every actor stays where it is kept. */
  wait: point,
  /** Only with this remembered value for the function's first argument. */
  argument: z.string().optional(),
  within,
  note,
});

const graceStep = z.strictObject({ wait: z.literal('a grace period'), within, perhaps, note });

/** A union would only say that none of the three fits: what is meant is told by its first word. */
const step = z.unknown().transform((value, ctx): Step => {
  const { run, wait } = Object(value) as { run?: unknown; wait?: unknown };
  const meant = run !== undefined ? runStep : wait === 'a grace period' ? graceStep : waitStep;
  const read = meant.safeParse(value);
  if (read.success) return read.data;
  for (const { message, path } of read.error.issues) ctx.addIssue({ code: 'custom', message, path });
  return z.NEVER;
});

const canBePrompted = (one: Step): boolean =>
  'run' in one && one.perhaps && one.remember === undefined && one.holding === undefined;

const atEdge = (until: Goal): boolean =>
  until.kind === 'point' && ['entry', 'return'].includes(until.point.at.kind);

export type RunStep = z.output<typeof runStep>;
export type Step = RunStep | z.output<typeof waitStep> | z.output<typeof graceStep>;

const expectation = z.strictObject({
  /** Words that a finding's title has; `any` for whatever the kernel complains of. */
  finding: z.string().optional(),
  /** What an operation returns when the schedule does its harm: one of these is enough. */
  results: z
    .array(z.strictObject({ actor, operation: z.number().int().positive(), is: z.number().int() }))
    .optional(),
  /** The operations' history is one that no order of them explains, by this rule or by `any`; of exchanges, loads and calls only. */
  history: z.string().optional(),
});

/** A file of kernel-config/schedules. */
export const scheduleSchema = z
  .strictObject({
    title: z.string(),
    /** What breaks in which order, for people. */
    story: z.string(),
    /** The check of the protocol model whose counterexample this is, and the mutant that it needs. */
    model: z.strictObject({ check: z.string(), mutant: z.string().optional() }).optional(),
    /** The profile that sees it. */
    profile: z.string(),
    /** The stage gives the turns, and the machine stands still only at points: much faster, but nothing is insisted on. */
    prompted: z.boolean().default(false),
    setup: z.string().default(''),
    /** In the order of their CPUs. */
    actors: z.record(actor, z.string()),
    steps: z.array(step).min(1),
    expect: expectation.refine((one) => Object.values(one).some((each) => each !== undefined), {
      message: 'expect a finding, a result or a history',
    }),
  })
  .superRefine(({ actors, steps, expect, prompted }, ctx) => {
    const known = (name: string, where: string): void => {
      if (!(name in actors)) ctx.addIssue({ code: 'custom', message: `${where}: there is no actor ${name}` });
    };
    const remembered = new Set<string>();
    const asked = (name: string | undefined, where: string): void => {
      if (name !== undefined && !remembered.has(name))
        ctx.addIssue({ code: 'custom', message: `${where}: nobody has remembered ${name} before` });
    };
    steps.forEach((one, index) => {
      const where = `step ${index + 1}`;
      if (prompted && !canBePrompted(one))
        ctx.addIssue({
          code: 'custom',
          message: `${where}: a prompted schedule has only \`run\` with \`perhaps\``,
        });
      if ('run' in one) {
        known(one.run, where);
        asked(one.holding, where);
        if (one.remember !== undefined) remembered.add(one.remember);
      } else if ('argument' in one) asked(one.argument, where);
    });
    for (const { actor: name } of expect.results ?? []) known(name, 'expect');
  });

export type DirectedSchedule = z.output<typeof scheduleSchema>;
/** As such a file has it. */
export type ScheduleFile = z.input<typeof scheduleSchema>;

/** Every point that a schedule speaks of, each once. */
export function pointsOf({ steps }: Pick<DirectedSchedule, 'steps'>): Point[] {
  const all = steps.flatMap((one): Point[] => {
    if ('run' in one) return one.until.kind === 'point' ? [one.until.point] : [];
    return one.wait === 'a grace period' ? [...GRACE_PERIOD] : [one.wait];
  });
  return [...new Map(all.map((each) => [each.text, each])).values()];
}

/** kernel/rcu/tree.c: the grace-period kthread begins one, and ends it; called once each, so compilers inline them. */
export const GRACE_PERIOD: readonly Point[] = ['rcu_gp_init', 'rcu_gp_cleanup'].map((name) =>
  pointOf(`${name} | rcu_gp_kthread: in ${name}`),
);
