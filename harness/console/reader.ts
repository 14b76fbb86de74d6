import type { Finding } from './finding.ts';
import { type BootLog, createBootWatch } from './findings/boots.ts';
import { createCollection } from './findings/collection.ts';
import { createDetector } from './findings/detect.ts';
import { maxBefore } from './findings/event.ts';
import { splitPrefix } from './lines/prefix.ts';
import { createLineScanner } from './lines/scan.ts';
import { vocabulary } from './patterns/vocabulary.ts';

export interface ConsoleReport {
  /** In the order of their first lines; one for each signature. */
  readonly findings: readonly Finding[];
  /** As an editor counts them. */
  readonly lines: number;
  /** Kernels that started in this log, the first thousand of them. */
  readonly boots: readonly BootLog[];
}

export interface ConsoleReader {
  /** @param chunk bytes of the console as they come, cut anywhere. */
  push(chunk: Uint8Array): void;
  /** Nothing came for a while: reports that have no last line of their own are taken as ended. */
  pause(): void;
  /** What the kernel said. Call once. */
  end(): ConsoleReport;
}

export interface ReaderEvents {
  /** Called at the end of each report with a new signature; what follows it may still be added to the finding. */
  readonly onFinding?: (finding: Finding) => void;
}

/**
 * Reads a kernel's console while it is being written. Any chunking gives the same report; no input makes it throw; its
 * memory does not grow with the input, but for one finding a signature.
 */
export function createConsoleReader({ onFinding }: ReaderEvents = {}): ConsoleReader {
  const collection = createCollection(onFinding);
  const boots = createBootWatch(collection.addFinding);
  const scanner = createLineScanner(vocabulary, maxBefore, {
    parse: splitPrefix,
    take(line) {
      detector.push(line);
      boots.push(line);
    },
    quiet: () => detector.idle() && boots.idle(),
  });
  const detector = createDetector({
    onEvent: collection.add,
    onFollowed: collection.followed,
    recent: () => scanner.recent(),
  });

  return {
    push: (chunk) => scanner.push(chunk),
    pause: () => detector.end(),
    end() {
      scanner.end();
      detector.end();
      return { findings: collection.findings(), lines: scanner.lines(), boots: boots.boots() };
    },
  };
}

/** @param bytes a whole console log. */
export function readConsole(bytes: Uint8Array): ConsoleReport {
  const reader = createConsoleReader();
  reader.push(bytes);
  return reader.end();
}
