import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../base/context.ts';
import { asRigError, isDiskFull } from '../../base/disk.ts';
import { CancelledError, RigError } from '../../base/errors.ts';
import { LIMITS } from '../limits.ts';

/** Fetches a URL into a file, telling how far it is. Whether it is what was wanted, the caller checks. */
export async function download(url: string, file: string, ctx: Context): Promise<void> {
  try {
    const response = await fetch(url, { signal: ctx.signal });
    if (!response.ok || response.body === null)
      throw new RigError(`${url}: the server says ${response.status}`);
    const total = Number(response.headers.get('content-length') ?? 0);
    let bytes = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        const mebibytes = `${(bytes / 2 ** 20).toFixed(0)} MiB`;
        ctx.notify({
          task: 'source',
          text: `downloading ${url}: ${mebibytes}`,
          ...(total > 0 ? { fraction: Math.min(1, bytes / total) } : {}),
        });
        if (bytes > LIMITS.tarballBytes)
          done(new RigError(`${url}: more than ${LIMITS.tarballBytes} bytes; given up`));
        else done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), meter, createWriteStream(file), { signal: ctx.signal });
  } catch (error) {
    if (ctx.signal.aborted)
      throw new CancelledError(`the download of ${url} was cancelled`, { cause: error });
    if (isDiskFull(error)) throw asRigError(error, file);
    if (error instanceof RigError) throw error;
    throw new RigError(`cannot download ${url} (behind a proxy, set NODE_USE_ENV_PROXY=1)`, { cause: error });
  }
}
