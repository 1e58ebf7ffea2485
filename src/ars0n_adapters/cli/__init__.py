"""
Door sign to be written by the room.
"""
