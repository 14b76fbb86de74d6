import { z } from 'zod';

const text = z.string().trim().min(1);
const word = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words with dashes');

/** The parts of the series that can be broken, each with mutants of its own. */
export const mechanisms = [
  'reference',
  'rcu',
  'tree-lock',
  'vma-sequence',
  'merge-split',
  'handler',
  'commit',
  'fork',
  'mremap',
  'exit',
  'errors',
  'counters',
  'accounting',
  'sysctl',
  'arch',
] as const;

/** A row of kernel-config/mutants/mutants.yaml; the patch is the file of its id. Strict: a misspelt key is an error. */
export const mutantSchema = z.strictObject({
  id: word,
  mechanism: z.enum(mechanisms),
  /** What is wrong with such a kernel, a clause. */
  breaks: text,
  /** The patch that it undoes a part of: `spf-v12/21`, `spf-v12-fixes/3`. */
  patch: z.string().regex(/^[a-z0-9-]+\/[1-9]\d*$/),
  /** What should be seen, and what has to happen for it. */
  symptom: text,
  /** Architectures that have the broken code. */
  arch: z.array(text).min(1).default(['x86_64', 'ppc64', 'ppc64le']),
  /** Kernel profiles that could notice, in the order in which they are tried. */
  profile: z
    .union([word, z.array(word).min(1)])
    .default(['race', 'kasan'])
    .transform((value) => (typeof value === 'string' ? [value] : value)),
  /** It shows only where two threads meet in a certain order: schedules are tried on it as well. */
  race: z.boolean().default(false),
  /** The same mistake in the protocol model (`spf model --mutant ID`). */
  twin: word.optional(),
  /** Why nobody is believed to be able to notice; left out where somebody should. */
  equivalent: text.optional(),
});
export type Mutant = z.output<typeof mutantSchema>;

/** The whole list. Two mutants of one id would share a patch and a result. */
export const mutantsSchema = z.array(mutantSchema).superRefine((rows, ctx) => {
  const seen = new Set<string>();
  rows.forEach(({ id }, at) => {
    if (seen.has(id)) ctx.addIssue({ code: 'custom', path: [at, 'id'], message: `"${id}" is there twice` });
    seen.add(id);
  });
});
