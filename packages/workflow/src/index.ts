/** What workflow code imports, and the runtime inside the sandbox. */
export {};
