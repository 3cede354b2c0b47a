import { type FhirResource, noteSections, referencesOf, withNoteSections } from '@fieldchart/clinical';
import type { AttentionDetail } from '@fieldchart/record-store';
import { type Hands, NOBODY, pick } from './hands.ts';
import { marksIn } from './marks.ts';

/** A person looks at one of the things that need them, and settles it in one of the ways that are offered. */
export async function attend(hands: Hands): Promise<void> {
  const { life, chronicle } = hands;
  const item = pick(hands, await life.store.listAttention(50));
  const detail = item === undefined ? undefined : await life.store.attention(item.mutationId);
  if (detail === undefined) return;
  const unit = await life.store.exportUnit(detail.mutationId);
  const choice = pick(hands, detail.choices);
  switch (choice) {
    case 'mend':
    case 'decide':
      return await settleText(hands, detail, choice);
    case 'resend': {
      const sent = new Set(marksIn(unit?.entries));
      const theirs = marksIn(unit?.conflicts.map((conflict) => conflict.theirs));
      chronicle.givenUp(
        [],
        theirs.filter((mark) => !sent.has(mark)),
      );
      await life.store.resend(detail.mutationId);
      return;
    }
    case 'return-to-draft': {
      const keys = (unit?.entries ?? []).map(({ key }) => key);
      chronicle.givenUp(
        keys.filter((key) => key.startsWith('Provenance/')),
        [],
      );
      await life.store.returnToDraft(detail.mutationId);
      return;
    }
    case 'keep-theirs': {
      const keys = (unit?.entries ?? []).map(({ key }) => key);
      const mine = [unit?.entries, unit?.conflicts.map((conflict) => conflict.mine)];
      const kept = new Set(marksIn(unit?.conflicts.map((conflict) => conflict.theirs)));
      const signatures = keys.filter((key) => key.startsWith('Provenance/'));
      chronicle.givenUp(
        [...signatures, ...(await signaturesBehind(hands, detail))],
        marksIn(mine).filter((mark) => !kept.has(mark)),
      );
      await life.store.keepTheirs(detail.mutationId);
      return;
    }
    case undefined:
      return;
  }
}

async function settleText(hands: Hands, detail: AttentionDetail, choice: 'mend' | 'decide'): Promise<void> {
  const { life, chronicle, device } = hands;
  const chosen = choice === 'mend' ? mended(detail.body) : decided(hands, detail);
  const { conflict, body, standing } = detail;
  // A mend replaces the refused text alone; a decision is made on sight of everything.
  const shown = choice === 'mend' ? [body] : [body, standing, conflict?.mine, conflict?.theirs];
  const told = {
    device: device.name,
    practitionerId: device.practitionerId,
    shown: shown.filter((resource) => resource !== undefined && resource !== null),
    written: [chosen],
  };
  chronicle.trying(told);
  // What was signed behind the refused text changes with it: its signature is taken back, and the note is signed anew.
  chronicle.givenUp(await signaturesBehind(hands, detail), []);
  await life.store[choice === 'mend' ? 'mend' : 'decideConflict'](detail.mutationId, {
    resource: chosen,
    basedOn: detail.revision,
  });
  if (choice === 'mend') chronicle.mended(detail.key);
  chronicle.saved(told);
}

/** The waiting signatures of a refused note. */
async function signaturesBehind({ life }: Hands, { key }: AttentionDetail): Promise<readonly string[]> {
  const waiting = (await life.store.listOutbox(1000)).filter((item) => item.key.startsWith('Provenance/'));
  const records = await Promise.all(waiting.map((item) => life.store.get(item.key)));
  return records.flatMap((record) =>
    record !== undefined && referencesOf(record.resource).includes(key) ? [record.key] : [],
  );
}

function mended(body: FhirResource): FhirResource {
  if (body.resourceType !== 'Encounter') return body;
  const participant = body.participant?.filter(({ individual }) => individual?.reference !== NOBODY);
  const { participant: _bad, ...rest } = body;
  return participant === undefined || participant.length === 0 ? rest : { ...rest, participant };
}

/** Mine, theirs, or all words of both. */
function decided(hands: Hands, { conflict, standing }: AttentionDetail): FhirResource {
  const mine = conflict?.mine ?? standing;
  const theirs = conflict?.theirs ?? standing;
  const draw = hands.random.fraction();
  if (draw < 0.25) return isSettled(mine) ? standing : mine;
  if (draw < 0.4) return isSettled(theirs) ? standing : theirs;
  if (mine.resourceType !== 'Composition' || theirs.resourceType !== 'Composition') return theirs;
  if (isSettled(theirs)) return standing;
  const ours = new Map(noteSections(mine).map(({ code, text }) => [code, text]));
  const texts = noteSections(theirs).map(({ code, text }) => {
    const others = text.split(' ');
    const missing = (ours.get(code) ?? '').split(' ').filter((word) => !others.includes(word));
    return [code, [...others, ...missing].filter((word) => word !== '').join(' ')] as const;
  });
  return withNoteSections(theirs, Object.fromEntries(texts));
}

function isSettled(resource: FhirResource): boolean {
  return resource.resourceType === 'Composition' && resource.status !== 'preliminary';
}
