// Who guesses passwords is slowed down as everywhere.
export * from '../../lib/attempts.js'
