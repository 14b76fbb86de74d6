import type { Context } from './context.ts';

/**
 * Two pieces of work at a time. When one fails the other is cancelled and waited for: nobody writes behind the caller's
 * back, and the first failure is the one that is thrown.
 */
export async function together<A, B>(
  ctx: Context,
  one: (ctx: Context) => Promise<A>,
  other: (ctx: Context) => Promise<B>,
): Promise<[A, B]> {
  const failed = new AbortController();
  const inner = { ...ctx, signal: AbortSignal.any([ctx.signal, failed.signal]) };
  const causes: unknown[] = [];
  const guarded = async <T>(work: (ctx: Context) => Promise<T>): Promise<T | undefined> => {
    try {
      return await work(inner);
    } catch (error) {
      causes.push(error);
      failed.abort(error);
      return undefined;
    }
  };
  const results = await Promise.all([guarded(one), guarded(other)]);
  if (causes.length > 0) throw causes[0];
  return results as [A, B];
}
