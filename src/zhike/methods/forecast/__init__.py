"""Demand ahead: exponential smoothing, Theta and Croston, each allowed only where it beats the seasonal naive."""

from .croston import croston
from .rolling import METHODS, Forecast, Trial, forecast
from .smoothing import Shape, Smoothed, smooth
from .theta import theta

__all__ = ["METHODS", "Forecast", "Shape", "Smoothed", "Trial", "croston", "forecast", "smooth", "theta"]
