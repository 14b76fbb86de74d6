/** A value of a register dump: 32 or 64 bits, perhaps with a segment before it (`0010:`). */
const value = String.raw`(?:[0-9a-f]{4}:)?[0-9a-f]{8,16}`;

/**
 * Names as the architectures print them: x86 `RAX: … RBX: …`, `CR2: …`; powerpc `NIP: … LR: … CTR: …`, `MSR: …`,
 * `DAR: …`, `GPR04: four values`; arm64 and riscv `x29: …`, `epc : …`, `s1 : …`, `badaddr: …`; arm `r10: …`, `psr: …`.
 */
const pair = new RegExp(
  String.raw`(?<![\w.])(?<name>[RE][A-Z]{2}|R\d{1,2}|EFLAGS|CR[234]|NIP|LR|CTR|MSR|CR|XER|CFAR|DAR|DSISR|IRQMASK|[xr]\d{1,2}|e?pc|lr|sp|ip|fp|psr|pstate|ra|gp|tp|[ast]\d{1,2}|status|badaddr|cause) ?:\s*\[?<?(?<value>${value})>?\]?(?![\w+])`,
  'g',
);
const powerpcRow = /^GPR(?<first>\d\d): (?<values>[0-9a-f]{8,16}(?: [0-9a-f]{8,16})*)/;
const start =
  /^\s*(?:[RE][A-Z]{2}: |R\d\d?: |CR2: |NIP: |MSR: |CFAR: |DAR: |GPR\d\d: |pstate: |e?pc : |lr : |sp : |[xr]\d{1,2} ?: |[gast]\w{1,2} ?: |status: )/;
/** Registers of user mode and the dump of another CPU or task are not the report's. */
const stop = /^\s*(?:RIP: 0033:|RSP: 002b:|NMI backtrace for|--- interrupt: |--- Exception: c)/;

/** The first register dump of a report, undefined when there is none. Names and values are as printed. */
export function readRegisters(texts: readonly string[]): Record<string, string> | undefined {
  const registers: Record<string, string> = {};
  let seen = false;
  for (const text of texts) {
    if (stop.test(text)) {
      if (seen) break;
      continue;
    }
    if (!start.test(text)) continue;
    const row = powerpcRow.exec(text)?.groups;
    if (row !== undefined) {
      const first = Number(row['first']);
      for (const [index, word] of (row['values'] ?? '').split(' ').entries())
        registers[`GPR${String(first + index).padStart(2, '0')}`] ??= word;
      seen = true;
      continue;
    }
    for (const { groups } of text.matchAll(pair)) {
      const name = groups?.['name'];
      if (name === undefined || groups?.['value'] === undefined) continue;
      registers[name] ??= groups['value'];
      seen = true;
    }
  }
  return seen ? registers : undefined;
}
