"""The figures of every screen: pure functions from results and words to plotly figures, no Streamlit."""
