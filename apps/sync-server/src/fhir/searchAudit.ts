import type { FhirResource } from '@fieldchart/clinical';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from '../storage/openStorage.ts';
import { refusal } from '../write/mutation.ts';
import { RequestRefused } from './answer.ts';

/** What the audit trail is searched by. */
export const AUDIT_PARAMETERS = [
  { name: 'date', type: 'date' },
  { name: 'patient', type: 'reference' },
] as const;

/** AuditEvents, newest first. Who may ask is the caller's to decide. */
export async function searchAudit(
  db: Database,
  search: {
    readonly query: ReadonlyMap<string, readonly string[]>;
    readonly count: number;
    readonly offset: number;
  },
): Promise<{ readonly events: readonly FhirResource[]; readonly total: number }> {
  const conditions = [...search.query].flatMap(([name, values]) =>
    values.map((value) => toCondition(name, value)),
  );
  const where = sql.join([sql`true`, ...conditions], sql` and `);
  const { rows } = await sql<{ body: FhirResource; total: number }>`
    select body, count(*) over () as total from audit where ${where}
    order by number desc limit ${search.count} offset ${search.offset}`.execute(db);
  return { events: rows.map(({ body }) => body), total: rows[0]?.total ?? 0 };
}

function toCondition(name: string, value: string): RawBuilder<SqlBool> {
  switch (name) {
    case 'patient': {
      const clientId = value.replace(/^Patient\//u, '');
      return sql<SqlBool>`(client_id = ${clientId} or found @> array[${clientId}]::text[])`;
    }
    case 'date':
      return toDateCondition(value);
    default:
      throw new RequestRefused(refusal(400, 'not-supported', 'AuditEvent is not searched by that parameter'));
  }
}

/** A date means all of the time that it names: a year, a month, a day (in UTC), or an instant. */
function toDateCondition(value: string): RawBuilder<SqlBool> {
  const match = /^(ge|gt|le|lt|eq)?(\d{4})(?:-(\d{2})(?:-(\d{2})(T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?)?)?$/u.exec(
    value,
  );
  const [, prefix = 'eq', year, month, day, time] = match ?? [];
  const start = Date.parse(`${year}-${month ?? '01'}-${day ?? '01'}${time ?? 'T00:00:00Z'}`);
  if (Number.isNaN(start)) throw new RequestRefused(refusal(400, 'value', 'that is not a date'));
  const next = new Date(start);
  if (time !== undefined) next.setUTCMilliseconds(next.getUTCMilliseconds() + 1);
  else if (day !== undefined) next.setUTCDate(next.getUTCDate() + 1);
  else if (month !== undefined) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCFullYear(next.getUTCFullYear() + 1);
  const end = next.getTime();
  switch (prefix) {
    case 'ge':
      return sql<SqlBool>`recorded >= ${start}`;
    case 'gt':
      return sql<SqlBool>`recorded >= ${end}`;
    case 'le':
      return sql<SqlBool>`recorded < ${end}`;
    case 'lt':
      return sql<SqlBool>`recorded < ${start}`;
    default:
      return sql<SqlBool>`recorded >= ${start} and recorded < ${end}`;
  }
}
