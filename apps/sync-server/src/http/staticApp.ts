import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { RequestRefused } from '../fhir/answer.ts';
import { refusal } from '../write/mutation.ts';

const HASHED = /[-.][0-9a-f]{32}\./u;
const API = /^\/(?:fhir|auth|health|tickets|admin)(?:[/?]|$)/u;

/** Serves the exported web app; an address that is none of its files is a screen of it. */
export async function addStaticApp(app: FastifyInstance, webRoot: string | undefined): Promise<void> {
  const hasApp = webRoot !== undefined && existsSync(join(webRoot, 'index.html'));
  if (hasApp) {
    await app.register(fastifyStatic, {
      root: webRoot,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const forever = HASHED.test(basename(path));
        reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    const wantsScreen = request.method === 'GET' && !/\.[a-z0-9]+$/iu.test(request.url.split('?')[0] ?? '');
    if (hasApp && wantsScreen && !API.test(request.url)) return reply.sendFile('index.html');
    throw new RequestRefused(refusal(404, 'not-found', 'there is nothing at this address'));
  });
}
