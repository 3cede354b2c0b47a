/** For a fault that nobody awaits: it must reach the platform's error handler rather than vanish. */
export const rethrowLater = (cause: unknown): void => {
  setTimeout(() => {
    throw cause;
  });
};
