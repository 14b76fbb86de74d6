import type { Finding } from './finding.ts';
import { type BootLog, createBootWatch } from './findings/boots.ts';
import { createCollection } from './findings/collection.ts';
import { createDetector } from './findings/detect.ts';
import { cleanLine } from './lines/clean.ts';
import { splitPrefix } from './lines/prefix.ts';
import { createLineSplitter } from './lines/split.ts';

export interface ConsoleReport {
  /** In the order of their first lines; one for each signature. */
  readonly findings: readonly Finding[];
  readonly lines: number;
  /** Kernels that started in this log. */
  readonly boots: readonly BootLog[];
}

export interface ConsoleReader {
  /** @param chunk bytes of the console as they come, cut anywhere. */
  push(chunk: Uint8Array): void;
  /** What the kernel said. Call once. */
  end(): ConsoleReport;
}

/** Reads a kernel's console while it is being written. Any chunking gives the same report; no input makes it throw. */
export function createConsoleReader(): ConsoleReader {
  let number = 0;
  const collection = createCollection();
  const detector = createDetector({ onEvent: collection.add, onPanic: collection.panicked });
  const boots = createBootWatch(collection.addFinding);
  const splitter = createLineSplitter((raw) => {
    for (const printed of splitPrefix(cleanLine(raw))) {
      const line = { number: number++, ...printed };
      detector.push(line);
      boots.push(line);
    }
  });

  return {
    push: (chunk) => splitter.push(chunk),
    end() {
      splitter.end();
      detector.end();
      return { findings: collection.findings(), lines: number, boots: boots.boots() };
    },
  };
}

/** @param bytes a whole console log. */
export function readConsole(bytes: Uint8Array): ConsoleReport {
  const reader = createConsoleReader();
  reader.push(bytes);
  return reader.end();
}
