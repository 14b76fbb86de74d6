import { parseDocument } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../../base/errors.ts';

const line = z.string().trim().min(1);

/** series.yaml. Strict: a misspelt key is an error. */
export const manifestSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/, 'lower-case letters, digits, dot, dash and underscore'),
  title: line.optional(),
  /** The tree that it is made for: `debian:5.10`. */
  base: line.optional(),
  symbol: z
    .string()
    .regex(/^(CONFIG_)?[A-Z0-9_]+$/, 'a Kconfig symbol')
    .transform((symbol) => symbol.replace(/^CONFIG_/, ''))
    .optional(),
  /** Field of /proc/vmstat. */
  counter: z
    .string()
    .regex(/^[a-z0-9_]+$/, 'a field of /proc/vmstat')
    .optional(),
  /** `config` of PERF_TYPE_SOFTWARE. */
  perfEvent: z.number().int().nonnegative().optional(),
  sysctl: z
    .string()
    .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/, 'a name as sysctl(8) has it')
    .optional(),
  /** Rules of harness/model/eligibility/table.ts that hold with this series and not with v12 as it was posted. */
  rules: z.array(z.string()).optional(),
  /** Where it comes from, for people. */
  origin: z.string().optional(),
  patches: z
    .array(
      z.strictObject({
        file: z.string().regex(/^[^/\\]+$/, 'a file name without directory'),
        number: z.number().int().positive(),
        title: line,
        note: z.string().optional(),
      }),
    )
    .min(1),
});
export type Manifest = z.output<typeof manifestSchema>;

/** @throws UsageError that names every wrong place, by its path in the file. */
export function parseManifest(text: string, path: string): Manifest {
  const document = parseDocument(text);
  const wrong = document.errors[0];
  if (wrong) throw new UsageError(`${path}: ${wrong.message.split('\n')[0]}`);
  const parsed = manifestSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw new UsageError(`${path}: ${issues.join('; ')}`);
  }
  const { patches } = parsed.data;
  for (const [index, patch] of patches.entries()) {
    const before = patches[index - 1];
    if (before && before.number >= patch.number) {
      throw new UsageError(`${path}: patches.${index}.number: ${patch.number} comes after ${before.number}`);
    }
    if (patches.findIndex(({ file }) => file === patch.file) !== index) {
      throw new UsageError(`${path}: patches.${index}.file: ${patch.file} is listed twice`);
    }
  }
  return parsed.data;
}
