/** What every client is put through, as the rows of the table. */
export type ScenarioName =
  | 'login'
  | 'first push'
  | 'push again'
  | 'retag'
  | 'index'
  | 'large layer'
  | 'pull'
  | 'mount'
  | 'hidden source'
  | 'missing blob'
  | 'wrong password'
  | 'no permission'
  | 'published'
  | 'token runs out';
