import { z } from 'zod';

/** What `spf build --each` found: a series, patch by patch. */

const seconds = z.number().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const commit = z.string().regex(/^[0-9a-f]{40}$/);

export const eachWarningSchema = z.object({
  /** Relative to the kernel tree, or to the build directory; empty where the tool named none. */
  file: z.string(),
  line: z.number().int(),
  text: z.string(),
  flag: z.string().nullable(),
});

export const eachBuildSchema = z.object({
  /** Id of the variant. */
  variant: z.string(),
  /** `not-offered`: the tree does not offer the symbol yet, so there is nothing to build. */
  outcome: z.enum(['built', 'failed', 'not-offered']),
  /** Why it is not `built`: the first words of the compiler, or the unmet dependency. */
  words: z.array(z.string()),
  /** How many warnings the tree has now. */
  warnings: z.number().int().nonnegative(),
  /** Those that the step before did not have; null for the first step, which is the base. */
  newWarnings: z.array(eachWarningSchema).nullable(),
  /** How many files were compiled. */
  compiled: z.number().int().nonnegative(),
  seconds,
  /** Whether it was built by an earlier run; `seconds` are that run's then. */
  kept: z.boolean(),
});
export type EachBuild = z.infer<typeof eachBuildSchema>;

export const checkpatchSchema = z.object({
  errors: z.number().int().nonnegative(),
  warnings: z.number().int().nonnegative(),
  complaints: z.array(
    z.object({
      kind: z.enum(['error', 'warning', 'check']),
      type: z.string().nullable(),
      line: z.number().int().nullable(),
      text: z.string(),
    }),
  ),
});

export const eachPatchSchema = z.object({
  series: z.string(),
  /** In the series' own numbering, and how many it has. */
  number: z.number().int().positive(),
  of: z.number().int().positive(),
  title: z.string(),
  file: z.string(),
  sha256,
});
export type EachPatch = z.infer<typeof eachPatchSchema>;

export const eachStepSchema = z.object({
  /** How many patches are applied: 0 is the base. */
  index: z.number().int().nonnegative(),
  /** Null for the base. */
  patch: eachPatchSchema.nullable(),
  /** Null when the patch does not apply, or was not come to. */
  commit: commit.nullable(),
  /** What git said of a patch that does not apply. */
  rejection: z.string().nullable(),
  /** Null for the base, for a tree without checkpatch, and for what was not come to. */
  checkpatch: checkpatchSchema.nullable(),
  builds: z.array(eachBuildSchema),
  /** C and assembler files that the patch changes and that none of the kernels has: nothing is said of them. */
  notCompiled: z.array(z.string()),
});
export type EachStep = z.infer<typeof eachStepSchema>;

export const eachVariantSchema = z.object({
  id: z.string(),
  arch: z.string(),
  symbol: z.enum(['off', 'on', 'none']),
  compiler: z.string(),
});

export const eachComplaintSchema = z.object({
  kind: z.enum(['does-not-apply', 'does-not-build', 'checkpatch', 'new-warning', 'never-offered']),
  /** The step's index, and the variant where it is one's. */
  step: z.number().int().nonnegative(),
  variant: z.string().nullable(),
  /** One sentence. */
  text: z.string(),
  /** The words of compiler, checkpatch or git. */
  words: z.array(z.string()),
});
export type EachComplaint = z.infer<typeof eachComplaintSchema>;

export const eachRecordSchema = z.object({
  schema: z.literal('spf-harness/each/1'),
  runId: z.string(),
  begun: z.iso.datetime(),
  seconds,
  /** The command that does it again; arguments, not a shell string. */
  command: z.array(z.string()),
  plan: z.object({ name: z.string(), sha256 }),
  base: z.object({ spec: z.string(), version: z.string(), servedBy: z.string(), commit }),
  series: z.array(z.object({ name: z.string(), hash: sha256, patches: z.number().int().positive() })),
  symbol: z.string().nullable(),
  profile: z.string(),
  /** Whether each step built all of vmlinux, or compiled the files that the series touches alone. */
  scope: z.enum(['vmlinux', 'touched']),
  variants: z.array(eachVariantSchema).min(1),
  /** As far as it came. */
  steps: z.array(eachStepSchema),
  complaints: z.array(eachComplaintSchema),
  /** Why it ended before the last step, in one sentence; null when it did not. */
  stopped: z.string().nullable(),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
});
export type EachRecord = z.infer<typeof eachRecordSchema>;
