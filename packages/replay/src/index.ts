/** The replay core: history in, activations out, commands matched against history. Pure. */
export {};
