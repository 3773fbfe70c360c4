// The page's parts, by name.
import './parts/app.js'
