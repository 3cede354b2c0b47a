import { LONGEST_SEALED_WORK, sealedWorkUpload } from '@fieldchart/clinical';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { RequestRefused } from '../fhir/answer.ts';
import { MOST_LINKS, receiveAuditLinks } from '../identity/deviceAudit.ts';
import { acknowledgeErased, receiveSealedWork } from '../identity/deviceDesk.ts';
import { refusal } from '../write/mutation.ts';
import { type ServerContext, authenticate } from './context.ts';

const auditUpload = z.strictObject({ events: z.array(z.unknown()).min(1).max(MOST_LINKS) });

/** What a device says of itself: its audit chain, work that only the rescue key opens, and, once withdrawn, its erasure. */
export function addDeviceRoutes(app: FastifyInstance, context: ServerContext): void {
  app.post('/device/audit', async (request, reply) => {
    const actor = await authenticate(context, request, 'device/audit');
    const asked = auditUpload.safeParse(request.body);
    const received = asked.success ? await receiveAuditLinks(context, actor, asked.data.events) : undefined;
    if (received?.ok !== true) throw invalid('the links are malformed');
    return reply.type('application/json').send({ up_to: received.value.upTo });
  });

  app.post('/device/sealed-work', { bodyLimit: LONGEST_SEALED_WORK }, async (request, reply) => {
    const actor = await authenticate(context, request, 'device/sealed-work');
    const asked = sealedWorkUpload.safeParse(request.body);
    if (!asked.success) throw invalid('the upload is not sealed work');
    const sha256 = await receiveSealedWork(context, actor, asked.data.work);
    return reply.code(201).type('application/json').send({ sha256 });
  });

  app.post('/device/erased', async (request, reply) => {
    await acknowledgeErased(context, await authenticate(context, request, 'device/erased'));
    return reply.code(204).send();
  });
}

const invalid = (text: string) => new RequestRefused(refusal(400, 'invalid', text));
