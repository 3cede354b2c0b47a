import { type ClinicPlatform, createClinicShell } from '@fieldchart/clinic-client';
import type { OrganizationDescriptor } from '@fieldchart/clinical';
import { SECRET } from './benchUser.ts';
import { firstRows, phaseOf } from './coldStart.ts';

/** A ticket's file with a caseload, what opens it, and who issued it. */
export interface BenchTicket {
  readonly text: string;
  readonly activationCode: string;
  readonly organization: OrganizationDescriptor;
  readonly notes: number;
}

/** Milliseconds from the pasted ticket to the first list. The user's own time, to compare and to choose, is left out. */
export interface Enrolment {
  readonly total: number;
  /** The ticket's own key derivation (PBES2, 600,000 rounds) and its signature. */
  readonly ticket: number;
  /** Making and wrapping keys, opening the caseload, loading it into the encrypted database. */
  readonly enrol: number;
  readonly list: number;
}

/** Enrols a user on a device that has none. */
export async function enrolWith(
  platform: ClinicPlatform,
  ticket: BenchTicket,
  elapsed: () => number,
): Promise<{ readonly took: Enrolment; readonly leave: () => Promise<void> }> {
  const shell = createClinicShell({ ...platform, organization: () => Promise.resolve(ticket.organization) });
  await phaseOf(shell, 'welcome');
  const start = elapsed();
  const opened = await shell.openTicket(ticket);
  if (!opened.ok) throw new Error(`The bench's ticket did not open: ${opened.error.kind}`);
  const read = elapsed();
  const outcome = await shell.enrol({
    ticket: opened.value,
    secret: SECRET,
    secretKind: 'passphrase',
    onProgress: () => {},
  });
  const phase = shell.phase();
  if (!outcome.ok || phase.name !== 'unlocked') throw new Error('The bench did not enrol');
  const enrolled = elapsed();
  const answer = await firstRows(phase.session);
  const end = elapsed();
  if (answer.rows.length === 0) throw new Error('The first list is empty');
  return {
    took: { total: end - start, ticket: read - start, enrol: enrolled - read, list: end - enrolled },
    async leave() {
      const left = await phase.session.removeFromDevice({ secret: SECRET });
      if (!left.ok) throw new Error(`The bench's user did not leave: ${left.error.kind}`);
    },
  };
}
