// Work that must not overlap: worlds are put in force, and infrastructure is mended, one after the other.

/** Runs pieces of work one after the other, in the order in which they come; each one's result is its caller's. */
export function createOrder(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined);
    return result;
  };
}
