import { type KeyRecord, decodeKeyRecord } from './keyRecord.ts';
import type { KeyRecordStore } from './keyRecordStore.ts';
import type { WebCrypto } from './webCrypto.ts';

/** The two places of a user's key record, as read. */
export interface RecordSlots {
  /** The record that counts: the sound one of the higher generation. Null where no slot can be read. */
  readonly current: KeyRecord | null;
  /** As it rests in its slot. */
  readonly text: string;
  readonly slot: 0 | 1;
  /** The other slot holds an older wrap: a change was killed before it removed the old secret's record. */
  readonly superseded: boolean;
  /** Nothing in either slot. */
  readonly empty: boolean;
}

/** Reads both slots and chooses. Nothing is written. */
export async function readSlots(
  crypto: WebCrypto,
  records: KeyRecordStore,
  userId: string,
): Promise<RecordSlots> {
  const { slots } = await records.load(userId);
  const decode = async (text: string | null) => {
    const record = text === null ? null : await decodeKeyRecord(crypto, text);
    return record?.header.userId === userId ? record : null;
  };
  const [first, second] = [await decode(slots[0]), await decode(slots[1])];
  const slot = generationOf(second) > generationOf(first) ? 1 : 0;
  const [current, other] = slot === 0 ? [first, second] : [second, first];
  return {
    current,
    text: slots[slot] ?? '',
    slot,
    superseded: other !== null && generationOf(other) < generationOf(current),
    empty: slots[0] === null && slots[1] === null,
  };
}

/**
 * Replaces the record in an order that leaves, wherever it is killed, one slot that opens: first the slot that
 * does not count, then, once the new record is durable, the one that held the old. After the second write the
 * old secret opens nothing.
 */
export async function replaceRecord(
  records: KeyRecordStore,
  input: { readonly userId: string; readonly slots: RecordSlots; readonly record: string },
): Promise<void> {
  const { userId, slots, record } = input;
  await records.saveSlot(userId, otherSlot(slots.slot), record);
  await records.saveSlot(userId, slots.slot, record);
}

/** Finishes a change that was killed between its two writes: the superseded record goes. */
export async function finishReplacement(
  records: KeyRecordStore,
  userId: string,
  slots: RecordSlots,
): Promise<void> {
  if (slots.superseded) await records.saveSlot(userId, otherSlot(slots.slot), slots.text);
}

function otherSlot(slot: 0 | 1): 0 | 1 {
  return slot === 0 ? 1 : 0;
}

function generationOf(record: KeyRecord | null): number {
  return record?.header.generation ?? 0;
}
