/** What activity code imports: context, heartbeats, cancellation. */
export {};
