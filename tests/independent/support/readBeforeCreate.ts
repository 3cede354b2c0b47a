import type { FhirClient } from '@fieldchart/fhir-sync';

/**
 * For servers that ignore If-None-Match: reads before it creates, and answers in the server's place where something is
 * there already. Another client's create between the reading and the writing is still written over: the gap is made
 * narrow, not closed.
 */
export function readBeforeCreate(client: FhirClient): FhirClient {
  return {
    read: (path, options) => client.read(path, options),

    async sendBundle(bundle, body, options) {
      const taken = new Set<number>();
      for (const [index, entry] of bundle.entries.entries()) {
        if (entry.kind !== 'create') continue;
        const found = await client.read(`/fhir/${entry.key}`);
        if (found.kind === 'reauthorise' || found.kind === 'unknown') return found;
        const free = found.kind === 'refused' && (found.status === 404 || found.status === 410);
        if (!free) taken.add(index);
      }
      const [first] = taken;
      if (first === undefined) return client.sendBundle(bundle, body, options);
      const refused = { kind: 'precondition-failed' } as const;
      if (bundle.type === 'transaction') return { kind: 'entry-refused', index: first, verdict: refused };

      const isFree = (_: unknown, index: number) => !taken.has(index);
      const rest = bundle.entries.filter(isFree);
      if (rest.length === 0) return { kind: 'entries', verdicts: bundle.entries.map(() => refused) };
      const whole = JSON.parse(body) as { readonly entry: readonly unknown[] };
      const smaller = JSON.stringify({ ...whole, entry: whole.entry.filter(isFree) });
      const answer = await client.sendBundle({ ...bundle, entries: rest }, smaller, options);
      if (answer.kind !== 'entries') return answer;
      const verdicts = answer.verdicts.values();
      const unknown = { kind: 'unknown', code: 'not-fhir' } as const;
      return {
        kind: 'entries',
        verdicts: bundle.entries.map((_, index) =>
          taken.has(index) ? refused : (verdicts.next().value ?? unknown),
        ),
      };
    },
  };
}
