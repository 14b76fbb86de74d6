const LF = 0x0a;
const CR = 0x0d;

/** Longer lines are cut: no line of a kernel report is (printk's LOG_LINE_MAX is below 1 KiB). */
export const maxLineBytes = 8192;

export interface LineSplitter {
  /** @param chunk any cut of the stream: lines, and even characters, may straddle chunks. */
  push(chunk: Uint8Array): void;
  /** Hands over the last line when it has no end. */
  end(): void;
}

/**
 * Bytes to lines. Ends of lines are LF, CR and CR LF; bytes that are no UTF-8 become U+FFFD; of a line only the
 * first {@link maxLineBytes} bytes are kept.
 */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const kept = new Uint8Array(maxLineBytes);
  let length = 0;
  let pending = false;
  let afterCr = false;

  const emit = () => {
    onLine(decoder.decode(kept.subarray(0, length)));
    length = 0;
    pending = false;
  };
  const keep = (bytes: Uint8Array) => {
    const room = Math.min(bytes.length, maxLineBytes - length);
    kept.set(bytes.subarray(0, room), length);
    length += room;
    pending ||= bytes.length > 0;
  };

  return {
    push(chunk) {
      let start = 0;
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at];
        if (byte === LF && afterCr) start = at + 1;
        afterCr = byte === CR;
        if ((byte !== LF && byte !== CR) || start > at) continue;
        keep(chunk.subarray(start, at));
        emit();
        start = at + 1;
      }
      keep(chunk.subarray(start));
    },
    end() {
      if (pending) emit();
    },
  };
}
