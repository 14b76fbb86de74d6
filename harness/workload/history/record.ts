import type { HistoryRecord, Op, Outcome } from '../../model/history/types.ts';
import { RECORD, RECORD_BYTES } from './layout.ts';

/** The record at a byte offset; admit.ts has said that it is one. */
export function decodeRecord(bytes: DataView, offset: number, little: boolean): HistoryRecord {
  return {
    start: bytes.getBigUint64(offset + RECORD.start, little),
    end: bytes.getBigUint64(offset + RECORD.end, little),
    value: bytes.getBigUint64(offset + RECORD.value, little),
    result: bytes.getBigUint64(offset + RECORD.result, little),
    page: bytes.getUint32(offset + RECORD.page, little),
    pages: bytes.getUint32(offset + RECORD.pages, little),
    target: bytes.getUint32(offset + RECORD.target, little),
    sequence: bytes.getUint32(offset + RECORD.sequence, little),
    thread: bytes.getUint16(offset + RECORD.thread, little),
    op: bytes.getUint8(offset + RECORD.op) as Op,
    outcome: bytes.getUint8(offset + RECORD.outcome) as Outcome,
    code: bytes.getInt32(offset + RECORD.code, little),
    spfBefore: bytes.getUint32(offset + RECORD.spfBefore, little),
    spfAfter: bytes.getUint32(offset + RECORD.spfAfter, little),
  };
}

export function encodeRecord(record: HistoryRecord, little: boolean): Uint8Array {
  const out = new Uint8Array(RECORD_BYTES);
  const bytes = new DataView(out.buffer);
  bytes.setBigUint64(RECORD.start, record.start, little);
  bytes.setBigUint64(RECORD.end, record.end, little);
  bytes.setBigUint64(RECORD.value, record.value, little);
  bytes.setBigUint64(RECORD.result, record.result, little);
  bytes.setUint32(RECORD.page, record.page, little);
  bytes.setUint32(RECORD.pages, record.pages, little);
  bytes.setUint32(RECORD.target, record.target, little);
  bytes.setUint32(RECORD.sequence, record.sequence, little);
  bytes.setUint16(RECORD.thread, record.thread, little);
  bytes.setUint8(RECORD.op, record.op);
  bytes.setUint8(RECORD.outcome, record.outcome);
  bytes.setInt32(RECORD.code, record.code, little);
  bytes.setUint32(RECORD.spfBefore, record.spfBefore, little);
  bytes.setUint32(RECORD.spfAfter, record.spfAfter, little);
  return out;
}
