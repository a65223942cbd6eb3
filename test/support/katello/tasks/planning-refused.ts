/** Raised by an action that refuses to be planned, with the server's text. */
export class PlanningRefused extends Error {}
