/**
 * Framing of GDB's remote serial protocol ("Overview" in the GDB manual's appendix E): `$data#xx`, where xx is the sum of
 * the data's bytes modulo 256. Data is Latin-1: a character is a byte.
 */
export function frame(data: string): string {
  return `$${data}#${checksum(data)}`;
}

export type Received =
  | { readonly kind: 'packet'; readonly data: string }
  /** `+` or `-`: the other side has understood the last packet, or not. */
  | { readonly kind: 'ack'; readonly understood: boolean }
  /** The checksum is not that of the data. */
  | { readonly kind: 'garbled'; readonly raw: string };

/** Bytes as they come, in pieces of any size, to what they are. What stands between packets and is no ack is skipped. */
export class Deframer {
  #rest = '';

  push(chunk: string): Received[] {
    this.#rest += chunk;
    const received: Received[] = [];
    for (;;) {
      const one = this.#next();
      if (one === undefined) return received;
      received.push(one);
    }
  }

  #next(): Received | undefined {
    const start = this.#rest.search(/[$+-]/);
    if (start < 0) {
      this.#rest = '';
      return undefined;
    }
    this.#rest = this.#rest.slice(start);
    const first = this.#rest[0];
    if (first !== '$') {
      this.#rest = this.#rest.slice(1);
      return { kind: 'ack', understood: first === '+' };
    }
    // A # within data is escaped, so the first one ends it.
    const hash = this.#rest.indexOf('#');
    if (hash < 0 || this.#rest.length < hash + 3) return undefined;
    const raw = this.#rest.slice(1, hash);
    const sum = this.#rest.slice(hash + 1, hash + 3);
    this.#rest = this.#rest.slice(hash + 3);
    return sum.toLowerCase() === checksum(raw)
      ? { kind: 'packet', data: expand(raw) }
      : { kind: 'garbled', raw };
  }
}

function checksum(data: string): string {
  let sum = 0;
  for (let at = 0; at < data.length; at++) sum += data.charCodeAt(at);
  return (sum & 0xff).toString(16).padStart(2, '0');
}

/** `}` escapes the next byte (xor 0x20); `*n` repeats the byte before it, n - 29 more times. */
function expand(raw: string): string {
  let data = '';
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at]!;
    if (byte === '}') data += String.fromCharCode(raw.charCodeAt(++at) ^ 0x20);
    else if (byte === '*') data += data.slice(-1).repeat(raw.charCodeAt(++at) - 29);
    else data += byte;
  }
  return data;
}

/** Bytes in hexadecimal, two digits each, as most replies have them. @throws RangeError for anything else. */
export function fromHex(text: string): Buffer {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text))
    throw new RangeError(`"${text.slice(0, 40)}" is not hexadecimal`);
  return Buffer.from(text, 'hex');
}
