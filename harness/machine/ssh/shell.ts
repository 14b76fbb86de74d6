import type { Client, ClientChannel } from 'ssh2';
import type { Terminal } from '../types.ts';

/** A login shell with a terminal of its own, joined to the person's. Resolves to its exit code, null when it was lost. */
export async function shellOverSsh(client: Client, { input, output }: Terminal): Promise<number | null> {
  const size = () => ({ rows: output.rows ?? 24, cols: output.columns ?? 80, width: 0, height: 0 });
  const term = process.env['TERM'] ?? 'vt100';
  const { promise: opened, resolve, reject } = Promise.withResolvers<ClientChannel>();
  client.shell({ term, ...size() }, (error, channel) =>
    error === undefined ? resolve(channel) : reject(error),
  );
  const channel = await opened;
  const { promise: ended, resolve: end } = Promise.withResolvers<number | null>();
  let exitCode: number | null = null;
  channel.on('exit', (code: number | null) => (exitCode = code));
  channel.on('close', () => end(exitCode));
  const resize = () => {
    const { rows, cols } = size();
    channel.setWindow(rows, cols, 0, 0);
  };
  const wasRaw = input.isTTY && input.isRaw;
  if (input.isTTY) input.setRawMode(true);
  output.on('resize', resize);
  input.pipe(channel);
  channel.pipe(output, { end: false });
  try {
    return await ended;
  } finally {
    input.unpipe(channel);
    input.pause();
    output.removeListener('resize', resize);
    if (input.isTTY) input.setRawMode(wasRaw);
  }
}
