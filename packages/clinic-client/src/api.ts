// What the screens see. The shell lives as long as the page; a session as long as one unlock.

export type * from './onlineViews.ts';
export type * from './queries.ts';
export type * from './sessionApi.ts';
export type * from './shellApi.ts';
