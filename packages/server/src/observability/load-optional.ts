/**
 * Loads a package that only some servers need, and that is not installed with this one. Rejects with an Error that says what to do.
 *
 * @param what what needs it, as the beginning of a sentence
 */
export async function loadOptional<T>(what: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`${what} needs the package ${name}. Run: npm install ${name}`, { cause: error });
  }
}
