// Metro's module loader asks for this before any module of the worker runs; a worker has no page to tell it.
import './workerGlobals.ts';
import '@fieldchart/encrypted-sqlite/web/worker';
