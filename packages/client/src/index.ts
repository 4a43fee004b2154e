/** Connections and clients: start, signal, query, update, list and complete. */
export {};
