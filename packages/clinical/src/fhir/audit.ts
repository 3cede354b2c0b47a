import type { z } from 'zod';
import { codeableConcept, coding, period, reference } from './dataTypes.ts';
import { backbone, choice, many, maybe, some } from './element.ts';
import * as p from './primitives.ts';
import { resource } from './resourceBase.ts';

export const auditEvent = resource('AuditEvent', {
  type: coding,
  subtype: many(coding),
  action: maybe(p.oneOf('C', 'R', 'U', 'D', 'E')),
  period: maybe(period),
  recorded: p.instant,
  outcome: maybe(p.oneOf('0', '4', '8', '12')),
  outcomeDesc: maybe(p.string),
  purposeOfEvent: many(codeableConcept),
  agent: some(
    backbone({
      type: maybe(codeableConcept),
      role: many(codeableConcept),
      who: maybe(reference),
      altId: maybe(p.string),
      name: maybe(p.string),
      requestor: p.boolean,
      location: maybe(reference),
      policy: many(p.uri),
      media: maybe(coding),
      network: maybe(backbone({ address: maybe(p.string), type: maybe(p.oneOf('1', '2', '3', '4', '5')) })),
      purposeOfUse: many(codeableConcept),
    }),
  ),
  source: backbone({ site: maybe(p.string), observer: reference, type: many(coding) }),
  entity: many(
    backbone({
      what: maybe(reference),
      type: maybe(coding),
      role: maybe(coding),
      lifecycle: maybe(coding),
      securityLabel: many(coding),
      name: maybe(p.string),
      description: maybe(p.string),
      query: maybe(p.base64Binary),
      detail: many(
        backbone({
          type: p.string,
          valueString: maybe(p.string),
          valueBase64Binary: maybe(p.base64Binary),
        }).superRefine(choice('exactly one', 'valueString', 'valueBase64Binary')),
      ),
    }).refine((value) => value.name === undefined || value.query === undefined, {
      message: 'sev-1: either a name or a query',
    }),
  ),
});
export interface AuditEvent extends z.infer<typeof auditEvent> {}
