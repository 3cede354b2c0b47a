import { keyOfReference, noteSections } from '@fieldchart/clinical';
import { openData } from '../../../apps/sync-server/src/setup/openData.ts';

export interface StoredSignature {
  /** Text of the note's sections. */
  readonly note: string;
  readonly status: string;
  /** When it was signed, in milliseconds. */
  readonly at: number;
  /** The device whose key made it; the server took it, so it verifies. */
  readonly device: { readonly id: string; readonly replaced: boolean };
}

/** The signatures of notes that a stopped server holds from devices. */
export async function signaturesIn(folder: string): Promise<readonly StoredSignature[]> {
  const data = await openData({ folder, mustExist: true });
  const { db } = data.storage;
  try {
    const devices = await db.selectFrom('device').select(['id', 'replaced_by']).execute();
    const notes = await db
      .selectFrom('resource')
      .select(['id', 'body'])
      .where('type', '=', 'Composition')
      .execute();
    const provenances = await db
      .selectFrom('resource')
      .select('body')
      .where('type', '=', 'Provenance')
      .execute();
    return provenances.flatMap(({ body }) => {
      if (body.resourceType !== 'Provenance') return [];
      const [signature] = body.signature ?? [];
      const key = keyOfReference(body.target[0]?.reference ?? '');
      const note = notes.find(({ id }) => key === `Composition/${id}`)?.body;
      if (signature?.data === undefined || note?.resourceType !== 'Composition') return [];
      const device = devices.find(({ id }) => id === keyIdOf(signature.data ?? ''));
      if (device === undefined) return [];
      return [
        {
          note: noteSections(note)
            .map(({ text }) => text)
            .join('\n'),
          status: note.status,
          at: Date.parse(signature.when),
          device: { id: device.id, replaced: device.replaced_by !== null },
        },
      ];
    });
  } finally {
    await data.close();
  }
}

/** The `kid` of a detached JWS in base64. */
function keyIdOf(signature: string): string {
  const [header = ''] = Buffer.from(signature, 'base64').toString().split('.');
  try {
    return String((JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid?: unknown }).kid);
  } catch {
    return '';
  }
}
